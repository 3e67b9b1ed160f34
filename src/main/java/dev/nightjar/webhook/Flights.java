package dev.nightjar.webhook;

import dev.nightjar.store.WebhookStore.Due;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The deliveries that are being sent. An endpoint that hangs holds the few places of its own, and
 * those of a project as many as {@link Places} gives it: others find room. Any thread.
 */
final class Flights {
  static final int MAX = 128;

  /** What is left of all is enough for one project's twenty endpoints, all of which may hang. */
  private static final int KEPT = 48;

  static final int PER_ENDPOINT_MAX = 2;

  private final Places places;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition landed = lock.newCondition();

  /** Under the lock: the endpoint of each delivery. */
  private final Map<Long, Long> endpoints = new HashMap<>();

  Flights(int max) {
    places = new Places(max, max * KEPT / MAX);
  }

  boolean hasRoom(Due due) {
    lock.lock();
    try {
      return !endpoints.containsKey(due.delivery())
          && places.hasRoom(due.project())
          && endpoints.values().stream().filter(e -> e == due.endpoint()).count()
              < PER_ENDPOINT_MAX;
    } finally {
      lock.unlock();
    }
  }

  /** To be called by one thread, after {@link #hasRoom} said yes. */
  void takeOff(Due due) {
    lock.lock();
    try {
      if (!places.take(due.project())) {
        throw new IllegalStateException("no place for " + due);
      }
      endpoints.put(due.delivery(), due.endpoint());
    } finally {
      lock.unlock();
    }
  }

  void land(Due due) {
    lock.lock();
    try {
      endpoints.remove(due.delivery());
      places.giveBack(due.project());
      landed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are none, or until the time is over. */
  void awaitNone(Duration limit) throws InterruptedException {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (!endpoints.isEmpty() && left > 0) {
        left = landed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
