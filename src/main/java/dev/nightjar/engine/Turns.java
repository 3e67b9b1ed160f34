package dev.nightjar.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What waits for its turn: one project after another, and of each project what came first. What has
 * had a turn and is not done goes before the others of its project, and behind the other projects.
 * Any thread may call it.
 */
final class Turns<T> {
  /** By project; the next one's first. */
  private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();

  synchronized void add(String project, T item) {
    waiting.computeIfAbsent(project, _ -> new ArrayDeque<>()).addLast(item);
  }

  synchronized void goOn(String project, T item) {
    Deque<T> items = waiting.remove(project);
    Deque<T> ours = items == null ? new ArrayDeque<>() : items;
    ours.addFirst(item);
    waiting.put(project, ours);
  }

  /** Takes the first of the next project whose first may have a turn now. */
  synchronized Optional<T> next(Predicate<T> mayGo) {
    Iterator<Map.Entry<String, Deque<T>>> projects = waiting.entrySet().iterator();
    while (projects.hasNext()) {
      Map.Entry<String, Deque<T>> project = projects.next();
      if (mayGo.test(project.getValue().getFirst())) {
        String name = project.getKey();
        Deque<T> items = project.getValue();
        projects.remove();
        T item = items.removeFirst();
        if (!items.isEmpty()) {
          waiting.put(name, items); // Behind all others.
        }
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }
}
