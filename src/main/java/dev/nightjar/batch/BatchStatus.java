package dev.nightjar.batch;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

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

  /** Those that a batch does not stay in. */
  public static final List<BatchStatus> UNFINISHED =
      Stream.of(values()).filter(status -> !status.isTerminal()).toList();

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
