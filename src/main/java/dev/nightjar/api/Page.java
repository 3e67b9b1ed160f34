package dev.nightjar.api;

import java.util.List;

/** A part of a list, and whether more follows. */
public record Page<T>(List<T> items, boolean hasMore) {
  public Page {
    items = List.copyOf(items);
  }

  /** From one item more than asked for, if there is one. */
  public static <T> Page<T> of(List<T> found, int limit) {
    boolean hasMore = limit > 0 && found.size() > limit;
    return new Page<>(found.subList(0, Math.min(limit, found.size())), hasMore);
  }
}
