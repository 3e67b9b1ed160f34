package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What waits for its turn: one project after another, each with one turn at a time, and of each
 * what came first. What has had a turn and is not done goes before the others of its project, and
 * behind the other projects. Engine thread only.
 */
final class Turns<T> implements Serializable {
  private final int atOnceMax;

  /** By project; the next one's first. */
  private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();

  private final Set<String> running = new HashSet<>();

  Turns(int atOnceMax) {
    this.atOnceMax = atOnceMax;
  }

  void add(String project, T item) {
    waiting.computeIfAbsent(project, _ -> new ArrayDeque<>()).addLast(item);
  }

  void goOn(String project, T item) {
    Deque<T> items = waiting.remove(project);
    Deque<T> ours = items == null ? new ArrayDeque<>() : items;
    ours.addFirst(item);
    waiting.put(project, ours);
  }

  /** It waits no more, if it did. */
  void remove(String project, T item) {
    Deque<T> items = of(project);
    if (items.remove(item) && items.isEmpty()) {
      waiting.remove(project);
    }
  }

  /**
   * Takes the first of the next project that has no turn yet and whose first may have one; that
   * lasts until {@link #ended}.
   */
  Optional<T> next(Predicate<T> mayGo) {
    if (running.size() == atOnceMax) {
      return Optional.empty();
    }
    return waiting.keySet().stream()
        .filter(project -> !running.contains(project) && mayGo.test(of(project).getFirst()))
        .findFirst()
        .map(this::take);
  }

  private T take(String project) {
    Deque<T> items = of(project);
    T item = items.removeFirst();
    waiting.remove(project);
    if (!items.isEmpty()) {
      waiting.put(project, items); // Behind all others.
    }
    running.add(project);
    return item;
  }

  private Deque<T> of(String project) {
    return waiting.getOrDefault(project, new ArrayDeque<>());
  }

  void ended(String project) {
    running.remove(project);
  }
}
