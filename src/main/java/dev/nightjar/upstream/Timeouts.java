package dev.nightjar.upstream;

import org.apache.hc.core5.util.Timeout;

/** How long connecting to an upstream may take. */
final class Timeouts {
  /** For the connection and, again, for the TLS handshake. */
  static final Timeout CONNECT = Timeout.ofSeconds(5);

  private Timeouts() {}
}
