package dev.nightjar.api;

import org.jspecify.annotations.Nullable;

/** What the query parameter {@code limit} may be. */
public record PageLimit(int min, int max, int fallback) {
  public int of(@Nullable String given) {
    return given == null || given.isEmpty()
        ? fallback
        : (int) new QueryInteger("limit", min, max).of(given);
  }
}
