package dev.nightjar.engine;

import dev.nightjar.testing.CrashPoints;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Workers without threads: what they are given waits until somebody runs it, in any order. */
final class SteppedWorkers {
  private final CrashPoints points;
  private final List<Task> waiting = new ArrayList<>();

  private record Task(String kind, Runnable work) {}

  SteppedWorkers(CrashPoints points) {
    this.points = points;
  }

  Workers workers() {
    return new Workers(queue("claim"), queue("seal"), queue("validation"), queue("call"));
  }

  private Queue queue(String kind) {
    return new Queue(task -> waiting.add(new Task(kind, task)));
  }

  /** Runs one of those that wait; false if none does. */
  boolean runOne(RandomGenerator random) {
    if (waiting.isEmpty()) {
      return false;
    }
    Task task = waiting.remove(random.nextInt(waiting.size()));
    points.before(task.kind);
    task.work.run();
    points.checkAlive(); // A call turns whatever it catches into an attempt.
    return true;
  }

  boolean hasWaiting(String kind) {
    return waiting.stream().anyMatch(task -> task.kind.equals(kind));
  }

  /** Whoever was to claim does not come to it any more. */
  void dropClaims() {
    waiting.removeIf(task -> task.kind.equals("claim"));
  }

  private static final class Queue extends AbstractExecutorService {
    private final Consumer<Runnable> tasks;

    Queue(Consumer<Runnable> tasks) {
      this.tasks = tasks;
    }

    @Override
    public void execute(Runnable task) {
      tasks.accept(task);
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return true;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
