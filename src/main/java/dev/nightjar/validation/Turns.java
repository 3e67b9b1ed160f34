package dev.nightjar.validation;

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
 * behind the other projects. Any thread may call it.
 */
final class Turns<T> {
  /** By project; the next one's first. */
  private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();

  private final Set<String> running = new HashSet<>();

  synchronized void add(String project, T item) {
    waiting.computeIfAbsent(project, _ -> new ArrayDeque<>()).addLast(item);
  }

  synchronized void goOn(String project, T item) {
    Deque<T> items = waiting.remove(project);
    Deque<T> ours = items == null ? new ArrayDeque<>() : items;
    ours.addFirst(item);
    waiting.put(project, ours);
  }

  /** Somebody waits. */
  synchronized boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** Somebody waits or has a turn. */
  synchronized boolean isBusy() {
    return !waiting.isEmpty() || !running.isEmpty();
  }

  /**
   * Takes the first of the next project that has no turn yet and whose first may have one; that
   * lasts until {@link #ended}.
   */
  synchronized Optional<T> next(Predicate<T> mayGo) {
    return waiting.keySet().stream()
        .filter(project -> !running.contains(project) && mayGo.test(first(project)))
        .findFirst()
        .map(this::take);
  }

  private T first(String project) {
    return of(project).getFirst();
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

  synchronized void ended(String project) {
    running.remove(project);
  }
}
