package dev.nightjar.batch;

import java.io.Serializable;

/**
 * Lines of a batch: all, answered with success, executed and failed. Unexecuted ones are in
 * neither.
 */
public record RequestCounts(long total, long completed, long failed) implements Serializable {
  public static final RequestCounts NONE = new RequestCounts(0, 0, 0);

  /** Of each the larger: of two that were counted at different times, what is known. */
  public RequestCounts orMore(RequestCounts other) {
    return new RequestCounts(
        Math.max(total, other.total),
        Math.max(completed, other.completed),
        Math.max(failed, other.failed));
  }
}
