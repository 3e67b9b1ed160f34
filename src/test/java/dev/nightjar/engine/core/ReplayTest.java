package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.engine.trace.Recorder;
import dev.nightjar.engine.trace.Replay;
import dev.nightjar.engine.trace.Replay.Outcome;
import dev.nightjar.engine.trace.Trace;
import dev.nightjar.engine.trace.Trace.TraceException;
import dev.nightjar.engine.trace.TraceFiles;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine was told, told again. */
class ReplayTest {
  private static final int SEEDS = 40;
  private static final Recorder.Limits SMALL = new Recorder.Limits(100, 1 << 20);
  private static final Replay.Watcher NOBODY =
      new Replay.Watcher() {
        @Override
        public void told(int step, long now, Event event) {}

        @Override
        public void wanted(int step, List<Effect> effects, Engine after) {}
      };

  @TempDir Path folder;

  private record RecordedEngine(Recorder recorder) implements SimulatedCore {
    @Override
    public List<Effect> step(Event event, long now) {
      return recorder.step(event, now);
    }

    @Override
    public long nextWakeMillis() {
      return recorder.engine().nextWakeMillis();
    }

    @Override
    public boolean isQuiet() {
      return recorder.engine().isQuiet();
    }

    @Override
    public Picture picture() {
      return recorder.engine().picture();
    }

    @Override
    public Supplier<SimulatedCore> saved() {
      return SimulatedCore.of(recorder.engine()).saved();
    }
  }

  private static Recorder recorder(Recorder.Limits limits) {
    var upstreams = List.of(new UpstreamSpec("up", Set.of(), 4));
    var recorder = new Recorder(new Engine(EngineLimits.defaults(), upstreams, 1), limits);
    recorder.start();
    return recorder;
  }

  private Trace written(Trace trace) throws IOException {
    Path file = new TraceFiles(folder).write(trace, Instant.EPOCH);
    try (InputStream in = Files.newInputStream(file)) {
      return Trace.read(in);
    }
  }

  private Outcome replayed(Trace trace) throws IOException {
    return new Replay(written(trace), NOBODY).run();
  }

  @Test
  void whateverHappensItsLastEventsHaveTheSameEffectsFromTheStateBeforeThem() throws IOException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      var recorders = new ArrayList<Recorder>();
      SimulatedCore.Maker maker =
          (limits, upstreams, coreSeed) -> {
            var recorder = new Recorder(new Engine(limits, upstreams, coreSeed), SMALL);
            recorder.start();
            recorders.add(recorder);
            return new RecordedEngine(recorder);
          };

      assertThat(new Simulation(SimulationPlan.of(seed), maker).run()).isEmpty();

      for (Recorder recorder : recorders) {
        var trace = recorder.trace(null);
        if (trace.isPresent()) {
          assertThat(trace.get().steps()).isLessThanOrEqualTo(SMALL.events());
          assertThat(replayed(trace.get())).as("seed %d", seed).isInstanceOf(Outcome.Same.class);
        }
      }
    }
  }

  @Test
  void stepThatFailsIsTheLastOneAndFailsAgain() throws IOException {
    Recorder recorder = recorder(Recorder.Limits.defaults());
    recorder.step(new Event.Tick(), 1);
    var nobodysLine = new LineId(new ChunkId(7, 0), 1, 3);
    var event = new Event.Ended(nobodysLine, new CallOutcome.Answered(Outcomes.answer(true)));

    assertThatThrownBy(() -> recorder.step(event, 2)).isInstanceOf(IllegalStateException.class);
    Trace trace = recorder.trace(new IllegalStateException("as thrown")).orElseThrow();

    assertThat(written(trace).failure()).contains("as thrown").contains("at dev.nightjar");
    assertThat(replayed(trace))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.step()).isEqualTo(2);
              assertThat(failed.asThen()).isTrue();
              assertThat(failed.failure()).hasMessageContaining(nobodysLine.toString());
            });
  }

  @Test
  void otherEffectsThanThenAreFoundAtTheirStep() throws IOException {
    Recorder recorder = recorder(Recorder.Limits.defaults());
    recorder.step(new Event.Tick(), 1);
    recorder.step(new Event.Tick(), 2);
    Trace trace = recorder.trace(null).orElseThrow();
    byte[] events = trace.events().copy().array();
    events[events.length - 1]++; // Of the number that the last step's effects have.

    Outcome outcome =
        replayed(
            new Trace(
                trace.version(), trace.now(), trace.steps(), trace.state(), Bytes.of(events), ""));

    assertThat(outcome)
        .isInstanceOfSatisfying(Outcome.Other.class, it -> assertThat(it.step()).isEqualTo(2));
  }

  @Test
  void stateThatIsTooLargeIsNotKeptAndTheEngineGoesOn() {
    Recorder recorder = recorder(new Recorder.Limits(10, 100));

    List<Effect> effects = recorder.step(new Event.Tick(), 1);

    assertThat(effects).containsExactly(new Effect.ListModels(0));
    assertThat(recorder.trace(null)).isEmpty();
  }

  @Test
  void onlyTheLatestFewAreKeptAndTheirOwnersAlone() throws IOException {
    Trace trace = traceOfATick();
    var files = new TraceFiles(folder);
    for (int second = 1; second <= 7; second++) {
      files.write(trace, Instant.ofEpochSecond(second));
    }

    assertThat(files.all())
        .extracting(file -> file.getFileName().toString())
        .hasSize(5)
        .startsWith("trace-19700101T000003.000Z.bin")
        .endsWith("trace-19700101T000007.000Z.bin");
    assertThat(Files.getPosixFilePermissions(files.all().getFirst()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void fileThatIsNoneOrCutShortSaysSo() throws IOException {
    Path file = new TraceFiles(folder).write(traceOfATick(), Instant.EPOCH);
    byte[] whole = Files.readAllBytes(file);

    assertThatThrownBy(() -> read("no trace".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(TraceException.class)
        .hasMessage("it is not a trace of nightjar");
    for (int length = 17; length < whole.length; length += 13) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut))
          .isInstanceOf(TraceException.class)
          .hasMessage("it is cut short or damaged");
    }
  }

  @Test
  void traceOfAnotherVersionNamesIt() throws IOException {
    Trace ours = traceOfATick();
    var other = new Trace("0.0.1", ours.now(), ours.steps(), ours.state(), ours.events(), "");

    assertThatThrownBy(() -> written(other))
        .isInstanceOf(TraceException.class)
        .hasMessageStartingWith("nightjar 0.0.1 wrote it");
  }

  private static Trace traceOfATick() {
    Recorder recorder = recorder(Recorder.Limits.defaults());
    recorder.step(new Event.Tick(), 1);
    return recorder.trace(null).orElseThrow();
  }

  private static Trace read(byte[] bytes) throws IOException {
    return Trace.read(new ByteArrayInputStream(bytes));
  }
}
