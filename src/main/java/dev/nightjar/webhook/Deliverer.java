package dev.nightjar.webhook;

import dev.nightjar.process.LogFields;
import dev.nightjar.process.Loop;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookStore;
import dev.nightjar.store.WebhookStore.Due;
import dev.nightjar.store.WebhookStore.DueDelivery;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import dev.nightjar.time.SteadyClock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Takes deliveries from the store when they are due and sends them, at least once each: one whose
 * try is not recorded when the process dies is tried again. One thread looks for what is due; a
 * virtual thread makes each try.
 */
public final class Deliverer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Deliverer.class.getName());
  private static final Duration LOOK = Duration.ofMinutes(1);
  private static final Duration STORE_FAILED = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration SWEEP = Duration.ofHours(1);
  private static final int FORGOTTEN_MAX = 1_000;

  private final WebhookStore store;
  private final Sender sender;
  private final SteadyClock clock;
  private final RetrySchedule schedule;
  private final Loop loop = new Loop("webhooks", STORE_FAILED, this::turn);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Figures figures = new Figures();
  private final Flights flights;
  private volatile boolean isCutOff;

  private Instant lookedAt = Instant.MIN;

  /** By the time that is never set. */
  private Instant nextSweep = Instant.MIN;

  /** Tries since the start of the process, by how they ended. Any thread. */
  public static final class Figures {
    private final LongAdder delivered = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private void add(Outcome outcome) {
      switch (outcome) {
        case Outcome.Delivered _ -> delivered.increment();
        case Outcome.Again _ -> retried.increment();
        case Outcome.GivenUp _, Outcome.EndpointGone _ -> failed.increment();
      }
    }

    public long delivered() {
      return delivered.sum();
    }

    /** Tries that failed and are made again. */
    public long retried() {
      return retried.sum();
    }

    /** Tries that were the last, and failed. */
    public long failed() {
      return failed.sum();
    }
  }

  /**
   * Begins with nothing under way.
   *
   * @param deliveriesMax how many there may be at once
   */
  public Deliverer(
      WebhookStore store,
      Sender sender,
      SteadyClock clock,
      RandomGenerator random,
      int deliveriesMax) {
    this.store = store;
    this.sender = sender;
    this.clock = clock;
    this.schedule = new RetrySchedule(random);
    this.flights = new Flights(deliveriesMax);
  }

  public void start() {
    loop.wake();
    loop.start();
  }

  public Figures figures() {
    return figures;
  }

  /** Something may be due that was not a moment ago. Any thread; does not wait. */
  public void wake() {
    loop.wake();
  }

  // ---- the thread that looks for what is due

  /** Starts what is due; how long to wait then if nobody wakes us. */
  private Duration turn() {
    Instant now = clock.instant();
    if (now.plus(LOOK).isBefore(lookedAt)) {
      store.hastenWebhookDeliveries(); // Their times were told by a clock that was ahead.
    }
    lookedAt = now;
    startDue();
    sweep();
    return store.nextWebhookDelivery().filter(next -> next.compareTo(LOOK) < 0).orElse(LOOK);
  }

  private void sweep() {
    Instant steady = clock.steady();
    if (steady.isBefore(nextSweep) || !clock.isSettled()) {
      return;
    }
    int dropped = store.forgetWebhookDeliveries(KEPT, FORGOTTEN_MAX);
    nextSweep = dropped < FORGOTTEN_MAX ? steady.plus(SWEEP) : steady;
  }

  /**
   * Those in flight are among what is due in the store, and the first of it: what is asked for is
   * as much as may be in flight, so that they hide no other. What does not fit is looked at again
   * when one lands.
   */
  private void startDue() {
    for (Due due : store.dueWebhookDeliveries(Flights.PER_ENDPOINT_MAX, Flights.MAX)) {
      if (stop.getCount() > 0 && flights.hasRoom(due)) {
        store.dueWebhookDelivery(due).ifPresent(found -> start(due, found));
      }
    }
  }

  private void start(Due due, DueDelivery found) {
    flights.takeOff(due);
    Thread.ofVirtual().name("webhook").start(() -> fly(due, found));
  }

  // ---- a delivery's thread

  private void fly(Due due, DueDelivery found) {
    try {
      Reply reply = send(found);
      if (!isCutOff) {
        record(schedule.judge(found.delivery(), reply, clock.instant()));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      flights.land(due);
      wake();
    }
  }

  private Reply send(DueDelivery due) {
    WebhookDelivery delivery = due.delivery();
    try {
      return sender.send(
          due.endpoint(),
          new Message(
              delivery.id(),
              delivery.eventId(),
              delivery.type(),
              delivery.batchId(),
              delivery.createdAt()));
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      // It has to count as a try: what is due at once again would be sent without end.
      LOG.log(Level.ERROR, "sending webhook " + delivery.id(), e);
      return new Reply.Unreachable("the server had an error");
    }
  }

  /** Repeated until it is stored: it keeps its place, so that nobody is sent to without end. */
  private void record(Try ended) throws InterruptedException {
    do {
      try {
        store.triedWebhookDelivery(ended);
        figures.add(ended.outcome());
        log(ended);
        return;
      } catch (Throwable e) {
        ProcessEnd.ifBroken(e);
        if (stop.getCount() > 0) {
          LOG.log(
              Level.WARNING,
              "a try of webhook %s cannot be recorded, which is tried again"
                  .formatted(ended.delivery().id()),
              e);
        }
      }
    } while (!stop.await(STORE_FAILED.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** What became of it, once something did; where it goes is its owner's business. */
  private static void log(Try ended) {
    WebhookDelivery delivery = ended.delivery();
    String name =
        "webhook %s of %s (%s)".formatted(delivery.id(), delivery.batchId(), delivery.type());
    LogFields fields =
        LogFields.of(
                "webhook."
                    + (ended.outcome() instanceof Outcome.Delivered ? "delivered" : "failed"))
            .with("webhook", delivery.id())
            .with("batch", delivery.batchId())
            .with("type", delivery.type())
            .with("status", ended.status());
    switch (ended.outcome()) {
      case Outcome.Delivered() -> LOG.log(Level.INFO, name + " is delivered", fields);
      case Outcome.Again _ -> {} // Its end will be told.
      case Outcome.GivenUp() ->
          LOG.log(Level.WARNING, "%s is given up: %s".formatted(name, ended.error()), fields);
      case Outcome.EndpointGone(String reason) ->
          LOG.log(
              Level.WARNING, "%s: its endpoint is disabled: %s".formatted(name, reason), fields);
    }
  }

  /** Begins no try, lets those under way end for a while, and cuts off the rest. */
  @Override
  public void close() {
    stop.countDown();
    loop.close();
    try {
      flights.awaitNone(STOP);
      isCutOff = true;
      sender.close();
      flights.awaitNone(STOP);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
