package dev.nightjar.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.CloseConnectionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much more a client of HTTP/2 may send of all its bodies together. Helidon says so to the
 * client, but takes whatever comes. One thread sees what is read; any may widen.
 */
final class Http2Window {
  /** Of each connection, before it is told otherwise (RFC 9113 §6.9.2). */
  private static final int BEGIN = 65_535;

  private static final int DATA = 0;

  private final AtomicInteger left = new AtomicInteger(BEGIN);
  private Next next = Next.PREFACE;

  private enum Next {
    PREFACE,
    HEADER,
    PAYLOAD
  }

  void widen(int bytes) {
    left.addAndGet(bytes);
  }

  /** Helidon reads the preface, then for each frame its header and its payload, if it has one. */
  void see(BufferData read) {
    if (next != Next.HEADER) {
      next = Next.HEADER;
      return;
    }
    int length = ((read.get(0) & 0xFF) << 16) | ((read.get(1) & 0xFF) << 8) | (read.get(2) & 0xFF);
    if (length > 0) {
      next = Next.PAYLOAD;
      if (read.get(3) == DATA && left.addAndGet(-length) < 0) {
        throw new CloseConnectionException("the client sends more than it was asked for");
      }
    }
  }
}
