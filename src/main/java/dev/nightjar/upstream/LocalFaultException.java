package dev.nightjar.upstream;

import java.io.IOException;

/** Our own disk failed, not the network: marks the difference where both are IOExceptions. */
final class LocalFaultException extends IOException {
  private static final long serialVersionUID = 1;

  LocalFaultException(String message) {
    super(message);
  }

  LocalFaultException(String what, IOException cause) {
    super(what + ": " + Failures.text(cause), cause);
  }
}
