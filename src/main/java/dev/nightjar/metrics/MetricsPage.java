package dev.nightjar.metrics;

import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.WorkFigures;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.message.EngineLimits.Bounds;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.webhook.Deliverer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What an operator needs, in Prometheus' text format. What the stores have is read when it is asked
 * for: between scrapes it costs nothing. What the engine has is as it was last seen. The names are
 * in docs/operating.md. Any thread may call it; one scrape at a time.
 */
public final class MetricsPage {
  private final Sources sources;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ReentrantLock scraping = new ReentrantLock();
  private final UnfinishedCounts unfinishedCounts;

  /** As of the scrape under way, or the last one; null before the first. */
  private volatile @Nullable Reading reading;

  /**
   * What is measured.
   *
   * @param upstreams their names, in the engine's order
   * @param faults internal faults since the start
   */
  public record Sources(
      SteadyClock clock,
      BatchEngine engine,
      List<String> upstreams,
      Bounds bounds,
      BatchStore batches,
      ObjectStore objects,
      DiskSpace disk,
      AnswerLog answers,
      Deliverer.Figures webhooks,
      LongSupplier faults) {
    public Sources {
      upstreams = List.copyOf(upstreams);
    }
  }

  private record Reading(
      EngineFigures engine, DiskSpace.Room disk, Map<BatchStatus, Long> unfinished) {}

  public MetricsPage(Sources sources) {
    this.sources = sources;
    this.unfinishedCounts =
        new UnfinishedCounts(sources.batches::unfinishedCounts, System::nanoTime);
    registerWork();
    registerWebhooks();
    registerStores();
    registerBounds();
    for (int i = 0; i < sources.upstreams.size(); i++) {
      registerUpstream(i, sources.upstreams.get(i));
    }
  }

  public String scrape() {
    scraping.lock();
    try {
      Reading now = read();
      reading = now;
      return registry.scrape();
    } finally {
      scraping.unlock();
    }
  }

  private Reading read() {
    try {
      var room = sources.disk.room();
      var unfinished = unfinishedCounts.now();
      return new Reading(sources.engine.picture().figures(), room, unfinished);
    } catch (IOException e) {
      throw new UncheckedIOException("the disk cannot be asked for its free space", e);
    }
  }

  private void registerWork() {
    counter("calls", "Calls made", r -> r.engine.done().calls());
    counter(
        "control.calls",
        "Small calls that told whether an upstream is well",
        r -> r.engine.upstreams().stream().mapToLong(UpstreamFigures::controlCalls).sum());
    counter("lines.completed", "Lines answered with a success", r -> r.engine.done().completed());
    counter("lines.failed", "Lines answered with an error", r -> r.engine.done().failed());
    counter(
        "lines.retried", "Calls for lines that were sent before", r -> r.engine.done().retried());
    WorkFigures workFigures = sources.engine.workFigures();
    counter(
        "answers.wasted",
        "Answers that were not used: the line had one",
        r -> r.engine.done().refused() + workFigures.doubleAnswers());
    counter("answers.appended", "Answers made durable", _ -> workFigures.appendedAnswers());
    timer("append", "Groups of answers made durable", workFigures.appends());
    timer("seal", "Chunks sealed", workFigures.seals());
    for (BatchStatus status : BatchStatus.values()) {
      if (status.isTerminal()) {
        counter(
            "batches.ended",
            "Batches that ended",
            Tags.of("status", status.apiName()),
            _ -> workFigures.ended(status));
      } else {
        gauge(
            "batches",
            "Batches under way",
            Tags.of("status", status.apiName()),
            r -> r.unfinished.getOrDefault(status, 0L));
      }
    }
    counter(
        "internal.faults",
        "Faults inside the server, logged or not",
        _ -> sources.faults.getAsLong());
    gauge("lines.waiting", "Claimed lines that wait for a slot", r -> r.engine.linesWaiting());
    gauge("held", "1 while nothing is sent for any batch", r -> r.engine.waits() == null ? 0 : 1);
    gauge("validations", "Validations under way", r -> r.engine.validating().begun());
    gauge(
        "validations.waiting", "Those that wait for memory", r -> r.engine.validating().starved());
  }

  private void registerWebhooks() {
    Deliverer.Figures webhooks = sources.webhooks;
    webhookTries("delivered", webhooks::delivered);
    webhookTries("retried", webhooks::retried);
    webhookTries("failed", webhooks::failed);
  }

  private void webhookTries(String outcome, LongSupplier sum) {
    counter(
        "webhook.tries",
        "Tries of webhook deliveries",
        Tags.of("outcome", outcome),
        _ -> sum.getAsLong());
  }

  private void registerStores() {
    FunctionTimer.builder(
            "nightjar.fsync",
            sources.answers,
            log -> log.figures().forces(),
            log -> log.figures().forceNanos(),
            TimeUnit.NANOSECONDS)
        .description("Forces of the journal to the disk")
        .register(registry);
    counter(
        "damaged.reads",
        "Reads of objects that are not as they were written",
        _ -> sources.objects.damagedReads());
    gauge(
        "journal.bytes", "The journal's segments on disk", _ -> sources.answers.figures().bytes());
    gauge("disk.free.bytes", "Free on the disk with the data", r -> r.disk.freeBytes());
    gauge("disk.free.bytes.min", "Below it nothing is begun", r -> r.disk.minBytes());
    SteadyClock clock = sources.clock;
    gauge(
        "clock.ahead.seconds",
        "How far the system's clock is ahead of the time that counts here",
        _ -> clock.behind().toMillis() / 1e3);
    counter("clock.jumps", "Jumps of the system's clock", _ -> clock.jumps());
  }

  private void registerBounds() {
    Bounds bounds = sources.bounds;
    bound(
        "request.bytes",
        "Memory of calls in flight",
        r -> r.engine.requestBytes(),
        bounds.requestBytes());
    bound(
        "answer.bytes",
        "Answers that are being read",
        _ -> sources.engine.answerBytes(),
        bounds.unappendedBytes());
    bound(
        "unappended.bytes",
        "Answers that are read and not yet durable",
        r -> r.engine.unappendedBytes(),
        bounds.unappendedBytes());
    bound(
        "unsealed.bytes",
        "Durable answers of chunks that are not sealed",
        r -> r.engine.unsealedBytes(),
        bounds.unsealedBytes());
    bound(
        "validation.bytes",
        "Memory of validations",
        r -> r.engine.validating().bytes(),
        bounds.validationBytes());
    bound("open.chunks", "Chunks owned", r -> r.engine.openChunks(), bounds.openChunks());
  }

  private void registerUpstream(int index, String name) {
    Tags tags = Tags.of("upstream", name);
    upstream("calls.in.flight", "Calls in flight", tags, index, UpstreamFigures::inFlight);
    upstream("calls.in.flight.max", "The limit", tags, index, UpstreamFigures::inFlightMax);
    String lanes = "Lanes (a model on an upstream) by state";
    upstream("lanes", lanes, tags.and("state", "open"), index, UpstreamFigures::openLanes);
    upstream(
        "lanes", lanes, tags.and("state", "throttled"), index, UpstreamFigures::throttledLanes);
    upstream("lanes", lanes, tags.and("state", "down"), index, UpstreamFigures::downLanes);
    upstream(
        "upstream.paused",
        "1 while a lane is paused",
        tags,
        index,
        u -> u.reason() == null ? 0 : 1);
  }

  private void upstream(
      String name, String text, Tags tags, int index, ToDoubleFunction<UpstreamFigures> value) {
    gauge(name, text, tags, r -> value.applyAsDouble(r.engine.upstreams().get(index)));
  }

  private void bound(String name, String text, ToDoubleFunction<Reading> value, long max) {
    gauge(name, text, value);
    gauge(name + ".max", text + ": the limit", _ -> max);
  }

  private void gauge(String name, String text, ToDoubleFunction<Reading> value) {
    gauge(name, text, Tags.empty(), value);
  }

  private void gauge(String name, String text, Tags tags, ToDoubleFunction<Reading> value) {
    Gauge.builder("nightjar." + name, this, page -> page.value(value))
        .description(text)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private double value(ToDoubleFunction<Reading> value) {
    Reading now = reading;
    return now == null ? Double.NaN : value.applyAsDouble(now);
  }

  private void counter(String name, String text, ToDoubleFunction<Reading> value) {
    counter(name, text, Tags.empty(), value);
  }

  private void counter(String name, String text, Tags tags, ToDoubleFunction<Reading> value) {
    FunctionCounter.builder("nightjar." + name, this, page -> page.value(value))
        .description(text)
        .tags(tags)
        .register(registry);
  }

  private void timer(String name, String text, WorkFigures.Timed timed) {
    FunctionTimer.builder(
            "nightjar." + name,
            timed,
            WorkFigures.Timed::count,
            WorkFigures.Timed::nanos,
            TimeUnit.NANOSECONDS)
        .description(text)
        .register(registry);
  }
}
