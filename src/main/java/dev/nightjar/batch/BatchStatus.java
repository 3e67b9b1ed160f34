package dev.nightjar.batch;

import java.util.Locale;

/** Where a batch stands, in the API's words; docs/compatibility.md#batches has the transitions. */
public enum BatchStatus {
  VALIDATING,
  FAILED,
  IN_PROGRESS,
  FINALIZING,
  COMPLETED,
  EXPIRED,
  CANCELLING,
  CANCELLED;

  /** The API's word, such as {@code in_progress}. */
  public String apiName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static BatchStatus of(String apiName) {
    return valueOf(apiName.toUpperCase(Locale.ROOT));
  }

  /** Terminal states never change. */
  public boolean isTerminal() {
    return switch (this) {
      case FAILED, COMPLETED, EXPIRED, CANCELLED -> true;
      case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> false;
    };
  }
}
