package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.NodeFixture;
import dev.nightjar.batch.Batch;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.EngineLimits.Retries;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.TroubledUpstream;
import dev.nightjar.testing.TroubledUpstream.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Each trouble of one line, and of a whole upstream, over HTTP and all at the same time, each
 * before an engine of its own. {@code bench/troubles} runs them in full size.
 */
@Tag("server")
@Tag("F1")
class TroublesTest {
  private static final int LINES = Integer.getInteger("troubles.lines", 120);
  private static final Duration BASE =
      Duration.ofSeconds(Integer.getInteger("troubles.base.seconds", 12));
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("troubles.outage.seconds", 6));
  private static final int IN_FLIGHT = Integer.getInteger("troubles.in.flight", 12);
  private static final int AT_ONCE = Integer.getInteger("troubles.at.once", 60);
  private static final Duration LATENCY = BASE.multipliedBy(IN_FLIGHT).dividedBy(LINES);
  private static final Duration SILENCE = LATENCY.multipliedBy(2);

  /** Times between tries are as long beside the whole as in full size. */
  private static final Retries RETRIES = Retries.defaults().with(5, BASE.dividedBy(120));

  /** Where campaigns write what they saw. */
  private static final @Nullable String RESULTS = System.getProperty("troubles.results");

  private static final String OUTPUT = "output";

  /** With the line whose every try takes as long as its time-out, and more until the next. */
  private static final boolean IS_FULL = LINES >= 2_000;

  /** For one line beyond the rest: its tries, which may be as far apart as control calls. */
  private static final Duration LINE_MAX = Duration.ofMinutes(2);

  /** For an outage beyond its own time: full speed ten seconds after its end. */
  private static final Duration AFTER_MAX = Duration.ofSeconds(10);

  /** Fifty engines share two cores. */
  private static final Duration NOISE = Duration.ofSeconds(5);

  private static final Duration PATIENCE = BASE.multipliedBy(3).plus(OUTAGE).plusSeconds(150);

  @TempDir Path folder;

  /** How a batch ended, beside another one of another model elsewhere. */
  private record Ends(
      Map<String, Long> counts,
      @Nullable String odd,
      Duration took,
      Duration otherTook,
      Seen seen) {
    long count(String end) {
      return counts.getOrDefault(end, 0L);
    }

    Ends beside(Duration other) {
      return new Ends(counts, odd, took, other, seen);
    }

    Ends with(Seen newSeen) {
      return new Ends(counts, odd, took, otherTook, newSeen);
    }

    @Override
    public String toString() {
      return "%.1f s, another model %.1f s, %s, %s"
          .formatted(took.toMillis() / 1_000.0, otherTook.toMillis() / 1_000.0, counts, seen);
    }
  }

  /**
   * What upstreams saw.
   *
   * @param backMillis how long after the end of its trouble one was at full speed again
   */
  private record Seen(int calls, int ofOdd, int controls, int kills, long backMillis) {
    static final Seen NOTHING = new Seen(0, 0, 0, 0, 0);
  }

  /** A case, and what it is held to once the time without any trouble is known. */
  private record Case(String name, Callable<Ends> run, BiConsumer<Ends, Ends> judge) {
    /** What is wrong with it; null if nothing is. */
    @Nullable String wrong(Future<Ends> well) throws Exception {
      Ends ends = run.call();
      String wrong = null;
      try {
        judge.accept(ends, well.get());
      } catch (AssertionError e) {
        wrong = name + ": " + e.getMessage();
      }
      write((wrong == null ? "ok" : "WRONG") + ": " + name + ": " + ends);
      return wrong;
    }
  }

  @Test
  void troubleStaysWithOneLineAndSpendsNoLineWhereItIsTheUpstreams() throws Exception {
    var cases = new ArrayList<Case>();
    for (Trouble trouble : Trouble.values()) {
      if (IS_FULL || trouble != Trouble.SILENCE) {
        cases.add(ofOneLine(trouble));
      }
      if (trouble != Trouble.KILLER) {
        cases.add(ofTheUpstream(trouble, false));
        cases.add(ofTheUpstream(trouble, true));
      }
    }
    Set<String> done = done();
    cases.removeIf(one -> done.contains(one.name));
    var wrong = new ArrayList<String>();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Future<Ends> well = threads.submit(ofTheUpstream(null, false).run);
      var running = new ArrayList<Future<@Nullable String>>();
      cases.forEach(one -> running.add(threads.submit(() -> one.wrong(well))));
      for (Future<@Nullable String> one : running) {
        String what = one.get();
        if (what != null) {
          wrong.add(what);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** A campaign that was stopped goes on. */
  private static Set<String> done() throws IOException {
    if (RESULTS == null || !Files.exists(Path.of(RESULTS))) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(Path.of(RESULTS))) {
      return lines
          .filter(line -> line.startsWith("ok: "))
          .map(line -> line.split(": ", -1)[1])
          .collect(Collectors.toSet());
    }
  }

  private static synchronized void write(String line) throws IOException {
    System.err.println(line);
    if (RESULTS != null) {
      Files.writeString(
          Path.of(RESULTS), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private Case ofOneLine(Trouble trouble) {
    String name = "one line, " + trouble;
    return new Case(
        name,
        () -> {
          try (var upstream = TroubledUpstream.start("m", LATENCY);
              var node = open(name, trouble, upstream)) {
            upstream.troubleWithOneLine(trouble);
            long begun = System.nanoTime();
            long batch = node.create(lines(name, "m", LINES, LINES / 3), Duration.ofHours(5));
            return ends(node, batch, begun).with(seen(0, upstream));
          }
        },
        (ends, well) -> {
          assertThat(ends.count(OUTPUT)).as("%s", ends).isEqualTo(LINES - 1);
          assertThat(ends.odd).isEqualTo(trouble.end());
          Duration tries = trouble == Trouble.SILENCE ? SILENCE.multipliedBy(10) : Duration.ZERO;
          assertThat(ends.took)
              .as("its time")
              .isLessThan(well.took.plus(LINE_MAX).plus(tries).plus(NOISE));
          // A kill takes along what is in flight, and what is sent until the engine is back.
          assertThat(ends.seen.calls - ends.seen.ofOdd)
              .as("calls of others")
              .isLessThanOrEqualTo(LINES + 2 * IN_FLIGHT * ends.seen.kills);
          assertThat(ends.seen.kills).as("kills").isLessThanOrEqualTo(killsMax());
        });
  }

  private static int killsMax() {
    int halvings = 0;
    for (int suspects = IN_FLIGHT; suspects > 5; suspects /= 2) {
      halvings++;
    }
    return 5 + halvings;
  }

  /** {@code trouble} is null for none. */
  private Case ofTheUpstream(@Nullable Trouble trouble, boolean hasReplica) {
    String name = (hasReplica ? "beside a replica, " : "alone, ") + trouble;
    int lines = hasReplica ? 2 * LINES : LINES;
    return new Case(
        name,
        () -> {
          try (var upstream = TroubledUpstream.start("m", LATENCY);
              var replica = TroubledUpstream.start("m", LATENCY);
              var elsewhere = TroubledUpstream.start("other", LATENCY);
              var threads = Executors.newVirtualThreadPerTaskExecutor();
              var node =
                  hasReplica
                      ? open(name, trouble, upstream, replica, elsewhere)
                      : open(name, trouble, upstream, elsewhere)) {
            long begun = System.nanoTime();
            long batch = node.create(lines(name, "m", lines, -1), Duration.ofHours(5));
            long other =
                node.create(lines(name + " other", "other", LINES, -1), Duration.ofHours(5));
            Future<Ends> otherEnds = threads.submit(() -> ends(node, other, begun));
            ServerFixture.awaitThat(() -> upstream.calls() >= LINES / 4, PATIENCE);
            upstream.trouble(trouble);
            waitUntil(System.nanoTime() + (trouble == null ? 0 : OUTAGE.toNanos()));
            upstream.trouble(null);
            long over = System.nanoTime();
            Future<Long> back =
                threads.submit(() -> upstream.awaitWorking(IN_FLIGHT * 9 / 10, PATIENCE) - over);
            Ends ends = ends(node, batch, begun).beside(otherEnds.get().took);
            return ends.with(seen(back.get() / 1_000_000, upstream, replica));
          }
        },
        (ends, well) -> {
          assertThat(ends.count(OUTPUT)).as("%s", ends).isEqualTo(lines);
          // As many as are in flight when it begins. They are still answered: where few are, some
          // of
          // those that meet it meanwhile meet it twice, and a reset is met by two connections.
          int each = IS_FULL ? 1 : trouble == Trouble.RESET ? 5 : 3;
          assertThat(ends.seen.calls)
              .as("calls")
              .isLessThanOrEqualTo(
                  lines + each * IN_FLIGHT + (int) OUTAGE.toSeconds() / 3 + ends.seen.controls);
          Duration hung = trouble == Trouble.SILENCE ? SILENCE : Duration.ZERO;
          assertThat(Duration.ofMillis(ends.seen.backMillis))
              .as("full speed after")
              .isLessThanOrEqualTo(AFTER_MAX.plus(hung).plus(IS_FULL ? Duration.ZERO : NOISE));
          assertThat(ends.took)
              .as("its time")
              .isLessThanOrEqualTo(well.took.plus(OUTAGE).plus(AFTER_MAX).plus(hung).plus(NOISE));
          assertThat(ends.otherTook)
              .as("the time of another model")
              .isLessThanOrEqualTo(well.otherTook.multipliedBy(10).dividedBy(9).plus(NOISE));
        });
  }

  private static Seen seen(long backMillis, TroubledUpstream first, TroubledUpstream... more) {
    int calls = first.calls();
    int controls = first.controls();
    for (TroubledUpstream upstream : more) {
      calls += upstream.calls();
      controls += upstream.controls();
    }
    return new Seen(calls, first.callsOf("odd"), controls, first.kills(), backMillis);
  }

  private NodeFixture open(String name, @Nullable Trouble trouble, TroubledUpstream... upstreams) {
    var settings = new ArrayList<UpstreamSettings>();
    for (TroubledUpstream upstream : upstreams) {
      String id = "u" + settings.size();
      settings.add(new UpstreamSettings(id, upstream.url(), null, Set.of(), IN_FLIGHT));
    }
    Duration timeout = trouble == Trouble.SILENCE ? SILENCE : Duration.ofMinutes(1);
    EngineLimits limits = EngineLimits.defaults().withRequestTimeout(timeout).withRetries(RETRIES);
    return NodeFixture.open(folder.resolve(name + " data"), settings, limits);
  }

  private Path lines(String name, String model, int count, int odd) throws IOException {
    Path file = folder.resolve(name + ".jsonl");
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(
          """
          {"custom_id":"%d","method":"POST","url":"/v1/chat/completions","body":{"model":"%s",\
          "messages":[{"role":"user","content":"Question %d"}],"user":"%s"}}
          """
              .formatted(i, model, i, i == odd ? "odd" : "u" + i));
    }
    return Files.writeString(file, text);
  }

  /** One that has not ended in time is told as far as it is. */
  private static Ends ends(NodeFixture node, long sequence, long begun) throws IOException {
    while (!node.batch(sequence).status().isTerminal()) {
      if (System.nanoTime() > begun + PATIENCE.toNanos()) {
        String now = "" + node.engine().picture().of(node.batch(sequence));
        return new Ends(Map.of(now, 1L), null, Duration.ofDays(1), Duration.ZERO, Seen.NOTHING);
      }
      LockSupport.parkNanos(20_000_000L);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    Batch batch = node.batch(sequence);
    Map<String, Long> counts = new HashMap<>();
    counts.put(OUTPUT, (long) node.lines(batch.outputFileId()).size());
    String odd = null;
    for (String line : node.lines(batch.errorFileId())) {
      JsonNode row = Json.read(line);
      odd =
          row.path("response").isNull()
              ? row.at("/error/code").asString()
              : row.at("/response/status_code").asString();
      counts.merge(odd, 1L, Long::sum);
    }
    return new Ends(counts, odd, took, Duration.ZERO, Seen.NOTHING);
  }

  private static void waitUntil(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(20_000_000L);
    }
  }
}
