package dev.nightjar;

import dev.nightjar.process.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Watches that the threads everything waits for still come round. It counts its own looks, one a
 * second, and not the time: while the whole process stands still, for garbage or in a laptop that
 * sleeps, nobody is late. One thread looks; any thread may ask.
 */
final class Pulse implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final List<Watched> watched;
  private final Loop loop = Loop.every(PAUSE, "pulse", this::look);

  /**
   * What is watched.
   *
   * @param turns changes at least every few seconds while it answers
   */
  record Part(String name, LongSupplier turns) {}

  private static final class Watched {
    final Part part;
    long turns;
    volatile int missed;

    Watched(Part part) {
      this.part = part;
      this.turns = part.turns.getAsLong();
    }

    void look() {
      long now = part.turns.getAsLong();
      missed = now == turns ? missed + 1 : 0;
      turns = now;
    }
  }

  Pulse(List<Part> parts) {
    this.watched = parts.stream().map(Watched::new).toList();
  }

  void start() {
    loop.start();
  }

  void look() {
    watched.forEach(Watched::look);
  }

  /** What has not come round for so many looks, in a sentence; empty if nothing. */
  Optional<String> silentFor(int looks) {
    return watched.stream()
        .filter(one -> one.missed >= looks)
        .map(one -> "%s has not answered for %d s".formatted(one.part.name, one.missed))
        .findFirst();
  }

  @Override
  public void close() {
    loop.close();
  }
}
