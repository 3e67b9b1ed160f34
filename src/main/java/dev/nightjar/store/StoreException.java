package dev.nightjar.store;

import org.jspecify.annotations.Nullable;

/** The store is broken or closed. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
