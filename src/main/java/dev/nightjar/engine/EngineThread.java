package dev.nightjar.engine;

import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.trace.Recorder;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.time.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The one thread that owns the engine's state, and its mailbox. Any thread may post and ask. */
final class EngineThread {
  private static final int EVENTS_PER_TURN = 256;
  private static final long SLEEP_MAX_MILLIS = 1_000;
  private static final Event TICK = new Event.Tick();

  private final Recorder recorder;
  private final Engine engine;
  private final SteadyClock clock;
  private final Consumer<Effect> effects;
  private final Consumer<Throwable> fatal;
  private final Thread thread = Thread.ofPlatform().name("engine").daemon().unstarted(this::run);
  private final CompletableFuture<Void> quiet = new CompletableFuture<>();

  /**
   * Bounded by construction: calls in flight, open chunks, and requests that wait for an answer.
   */
  private final BlockingQueue<Mail> mailbox = new LinkedBlockingQueue<>();

  private final AtomicLong turns = new AtomicLong();
  private final AtomicLong questions = new AtomicLong();
  private final Pictures pictures;
  private volatile boolean isStopped;
  private boolean isDraining;
  private Event.ClockSet told = new Event.ClockSet(0, true);

  private sealed interface Mail {
    record Happened(Event event) implements Mail {}

    record Question(Runnable action) implements Mail {}
  }

  EngineThread(
      Recorder recorder, SteadyClock clock, Consumer<Effect> effects, Consumer<Throwable> fatal) {
    this.recorder = recorder;
    this.engine = recorder.engine();
    this.pictures = new Pictures(engine);
    this.clock = clock;
    this.effects = effects;
    this.fatal = fatal;
  }

  void start() {
    thread.start();
  }

  void stop() {
    isStopped = true;
    thread.interrupt();
  }

  void post(Event event) {
    mailbox.add(new Mail.Happened(event));
  }

  /** Asks on the engine's thread; empty once it has stopped. */
  <T> Optional<T> ask(Supplier<T> question) {
    questions.incrementAndGet();
    var answer = new CompletableFuture<T>();
    mailbox.add(new Mail.Question(() -> answer(question, answer)));
    if (isStopped) {
      return Optional.empty();
    }
    try {
      return Optional.of(answer.get(SLEEP_MAX_MILLIS * 5, TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the engine does not answer", e);
    }
  }

  /** A question that cannot be answered is its asker's trouble. */
  private static <T> void answer(Supplier<T> question, CompletableFuture<T> answer) {
    try {
      answer.complete(question.get());
    } catch (RuntimeException | AssertionError e) {
      answer.completeExceptionally(e);
    }
  }

  /** How often it was asked. */
  long questions() {
    return questions.get();
  }

  /** The engine as it was last seen, at most a second ago. */
  Picture picture() {
    return pictures.last();
  }

  /** How often it has come round: at least once a second while it answers. */
  long turns() {
    return turns.get();
  }

  /** Sends nothing more and waits for the calls under way; true if none is left. */
  boolean drain(Duration limit) {
    mailbox.add(
        new Mail.Question(() -> {
          isDraining = true;
          step(new Event.Draining());
        }));
    try {
      quiet.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run() {
    var turn = new ArrayList<Mail>(EVENTS_PER_TURN);
    try {
      while (!isStopped) {
        turns.lazySet(turns.getPlain() + 1);
        Mail first = mailbox.poll(sleepMillis(), TimeUnit.MILLISECONDS);
        if (first == null) {
          tick();
        } else {
          turn.add(first);
          mailbox.drainTo(turn, EVENTS_PER_TURN - 1);
          turn.forEach(this::take);
          turn.clear();
        }
        pictures.take();
        if (isDraining && engine.isQuiet()) {
          quiet.complete(null);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      if (!isStopped) {
        fatal.accept(e);
      }
    }
  }

  /** Takes one event, without waiting; false if there is none. */
  boolean takeWaiting() {
    Mail mail = mailbox.poll();
    if (mail == null) {
      return false;
    }
    take(mail);
    pictures.take();
    return true;
  }

  /** Tells the engine that time has passed. */
  void tick() {
    step(TICK);
  }

  long nextWakeMillis() {
    return engine.nextWakeMillis();
  }

  private void take(Mail mail) {
    switch (mail) {
      case Mail.Happened(Event event) -> step(event);
      case Mail.Question(Runnable action) -> action.run();
    }
  }

  private void step(Event event) {
    long now = clock.steadyMillis();
    if (clock.aheadMillis() != told.aheadMillis() || clock.isConfirmed() != told.isConfirmed()) {
      told = new Event.ClockSet(clock.aheadMillis(), clock.isConfirmed());
      recorder.step(told, now).forEach(effects);
    }
    recorder.step(event, now).forEach(effects);
    pictures.stepped();
  }

  private long sleepMillis() {
    long wake = engine.nextWakeMillis() - clock.steadyMillis();
    return Math.clamp(Math.min(wake, pictures.waitMillis()), 0, SLEEP_MAX_MILLIS);
  }
}
