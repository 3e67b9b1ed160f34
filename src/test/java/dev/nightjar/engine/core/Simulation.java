package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.Event.Pending;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A run of the engine in virtual time: the stores and the upstreams are values behind its effects,
 * with latencies and faults by a seed. What must never be asked for, and whatever does not come to
 * its end, is a violation.
 */
final class Simulation {
  private static final List<String> MODELS = List.of("a", "b", "c");
  private static final int STEPS_MAX = 1_000_000;
  private static final long CREATED_WITHIN = 60_000;
  private static final long KILLED_WITHIN = 200_000;

  private final SimulationPlan plan;
  private final SimulatedCore.Maker maker;
  private final SplittableRandom random;
  private final List<String> violations = new ArrayList<>();
  private final SimulatedStores stores = new SimulatedStores(this::violation);
  private final List<UpstreamSpec> specs = new ArrayList<>();
  private final List<SimulatedUpstream> upstreams = new ArrayList<>();
  private final VirtualTime time = new VirtualTime();
  private final SimulatedLog log;
  private int steps;
  private SimulatedCore core;
  private long coreSeed;
  private List<Stepped> stepped = new ArrayList<>();

  // What is under way in this life.
  private final Map<LineId, Call> calls = new HashMap<>();
  private final Set<Object> asked = new HashSet<>();

  /** Batches that this life's engine knows to stop. */
  private final Set<Long> stopped = new HashSet<>();

  /** Batches that it wanted expired. */
  private final Set<Long> expiring = new HashSet<>();

  private final Set<LineId> aborted = new HashSet<>();
  private final EngineLimits limits;

  private record Call(int upstream, boolean wasDown) {}

  /** An event and what the engine made of it. */
  record Stepped(Event event, long now, List<Effect> effects) {}

  Simulation(SimulationPlan plan, SimulatedCore.Maker maker) {
    this.plan = plan;
    this.maker = maker;
    this.random = new SplittableRandom(plan.seed());
    this.limits = plan.limits(random.split());
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int slots = 1 + random.nextInt(12);
      // The first has all models, so that none waits for ever.
      Set<String> models = i == 0 || random.nextBoolean() ? Set.of() : Set.of(MODELS.get(i));
      specs.add(new UpstreamSpec("up" + i, models, slots));
      upstreams.add(
          new SimulatedUpstream(
              random.split(), slots, plan.hasOutages(), time.now() + KILLED_WITHIN));
    }
    this.log = new SimulatedLog(stores, time, random.split(), plan.hasStoreFaults(), this::step);
    this.coreSeed = random.nextLong();
    this.core = maker.make(limits, specs, coreSeed);
  }

  /** What was not as it has to be. */
  List<String> run() {
    listModels();
    for (long batch = 1; batch <= plan.batches(); batch++) {
      long id = batch;
      time.world(random.nextLong(CREATED_WITHIN), () -> create(id));
    }
    if (plan.hasKills()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        time.world(random.nextLong(KILLED_WITHIN), this::kill);
      }
    }
    if (plan.hasTakeovers()) {
      for (int i = random.nextInt(5); i >= 0; i--) {
        time.world(random.nextLong(KILLED_WITHIN), this::takeOver);
      }
    }
    while (violations.isEmpty() && goOn()) {
      if (++steps > STEPS_MAX) {
        violation("no end after %d steps".formatted(STEPS_MAX));
      }
    }
    if (violations.isEmpty()) {
      stores.checkEnds();
      checkNothingIsHeld();
      checkReplay();
    }
    return violations;
  }

  private void violation(String text) {
    violations.add(text);
  }

  private void checkNothingIsHeld() {
    EngineFigures figures = core.figures();
    boolean isEmpty =
        figures.linesWaiting() == 0
            && figures.requestBytes() == 0
            && figures.unappendedBytes() == 0
            && figures.upstreams().stream().allMatch(upstream -> upstream.inFlight() == 0)
            && (plan.hasTakeovers() || (figures.openChunks() == 0 && figures.unsealedBytes() == 0));
    if (!isEmpty) {
      violation("at the end it holds " + figures);
    }
  }

  /** The same events at the same times have the same effects. */
  private void checkReplay() {
    SimulatedCore again = maker.make(limits, specs, coreSeed);
    for (Stepped step : stepped) {
      if (!again.step(step.event(), step.now()).equals(step.effects())) {
        violation("replayed, %s at %d has other effects".formatted(step.event(), step.now()));
        return;
      }
    }
  }

  // ---- time

  /** False when nothing is left that could happen. */
  private boolean goOn() {
    long wake = core.nextWakeMillis();
    if (Math.min(wake, time.nextMillis()) == Long.MAX_VALUE) {
      return false;
    }
    if (wake < time.nextMillis()) {
      time.passTo(wake);
      step(new Event.Tick());
      if (core.nextWakeMillis() <= time.now()) {
        violation("the engine wants to be woken at %d again and again".formatted(time.now()));
      }
    } else {
      Runnable action = time.next();
      if (action != null) {
        action.run();
      }
    }
    return true;
  }

  private void step(Event event) {
    if (event instanceof Event.Stopping(long batch, Ending ending) && ending != null) {
      stopped.add(batch);
      time.later(limits.stopGrace().toMillis() + 1, () -> checkAborted(batch));
    }
    List<Effect> effects;
    try {
      effects = core.step(event, time.now());
    } catch (RuntimeException e) {
      violation("%s: %s".formatted(event, e));
      return;
    }
    stepped.add(new Stepped(event, time.now(), effects));
    effects.forEach(this::carryOut);
  }

  private void soon(Runnable action) {
    time.later(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20), action);
  }

  private void checkAborted(long batch) {
    for (LineId line : calls.keySet()) {
      boolean isOurs = !stores.isForeign(line.chunk());
      if (line.chunk().batch() == batch && isOurs && !aborted.contains(line)) {
        violation("the call of line %s goes on after the grace".formatted(line));
      }
    }
  }

  // ---- users

  private void create(long id) {
    List<String> models =
        random.nextInt(4) == 0
            ? MODELS.subList(0, 2 + random.nextInt(2))
            : List.of(MODELS.get(random.nextInt(MODELS.size())));
    long window = plan.hasStops() && random.nextInt(3) == 0 ? 30_000 : 86_400_000L * 10;
    int lines = 1 + random.nextInt(plan.lines());
    stores.batches.put(
        id,
        new StoredBatch(
            id, models, time.now() + random.nextLong(window) + 1, lines, 1 + random.nextInt(20)));
    soon(() -> begin(stores.batch(id), false));
    if (plan.hasStops() && random.nextInt(3) == 0) {
      time.world(random.nextLong(random.nextBoolean() ? 100 : 60_000), () -> cancel(id));
    }
  }

  private void cancel(long id) {
    if (!stores.batch(id).isFinished) {
      Ending ending = stores.stop(id, Ending.CANCELLED);
      soon(() -> step(new Event.Stopping(id, ending)));
    }
  }

  private void kill() {
    time.nextLife();
    calls.clear();
    asked.clear();
    stopped.clear();
    expiring.clear();
    aborted.clear();
    log.forget();
    upstreams.forEach(SimulatedUpstream::forgetCalls);
    stores.releaseAll();
    stepped = new ArrayList<>();
    coreSeed = random.nextLong();
    core = maker.make(limits, specs, coreSeed);
    listModels();
    stores.batches.values().stream()
        .filter(batch -> !batch.isFinished)
        .forEach(batch -> {
          if (batch.ending != null) {
            stopped.add(batch.id);
          }
          soon(() -> begin(batch, true));
        });
  }

  private void begin(StoredBatch batch, boolean isFromBefore) {
    time.later(Math.max(0, batch.deadlineMillis - time.now()) + 1, () -> checkExpired(batch));
    step(new Event.Started(batch.run(isFromBefore)));
  }

  /** An hour of virtual time is no excuse: it is asked for at the deadline. */
  private void checkExpired(StoredBatch batch) {
    boolean isOver = batch.isFinished || batch.isSealed() || batch.ending != null;
    boolean isAnswered = batch.answered(true) + batch.answered(false) == batch.lines();
    boolean isOurs = batch.chunks.stream().noneMatch(chunk -> chunk.isForeign);
    if (!isOver && !isAnswered && isOurs && !expiring.contains(batch.id)) {
      violation("batch %d does not expire at its deadline".formatted(batch.id));
    }
  }

  private void takeOver() {
    List<ChunkId> claimed =
        stores.batches.values().stream()
            .filter(batch -> !batch.isFinished)
            .flatMap(batch -> batch.chunks.stream())
            .filter(chunk -> chunk.isClaimed && !chunk.isUnheard && !chunk.isForeign)
            .map(chunk -> chunk.id)
            .toList();
    if (!claimed.isEmpty()) {
      ChunkId id = claimed.get(random.nextInt(claimed.size()));
      if (stores.takeOver(id)) {
        time.world(random.nextLong(60_000), () -> stores.completeElsewhere(id));
      }
    }
  }

  private void listModels() {
    IntStream.range(0, specs.size())
        .filter(i -> specs.get(i).models().isEmpty())
        .forEach(i -> soon(() -> step(new Event.ModelsListed(i, Set.copyOf(MODELS)))));
  }

  // ---- effects

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Claim claim -> claim(claim);
      case Effect.Send send -> send(send);
      case Effect.Append(LineId line, Answer answer) -> {
        if (!log.append(new Pending(line, answer))) {
          violation("two appends at a time of line " + line);
        }
      }
      case Effect.Seal(Chunk chunk, @Nullable Ending ending) -> seal(chunk, ending);
      case Effect.Finish(long batch) ->
          ask(
              effect,
              () -> stores.finish(batch),
              () -> new Event.Finished(batch),
              new Event.FinishFailed(batch, "finish"));
      case Effect.Expire(long batch) -> expire(batch);
      case Effect.Probe(int upstream, String model) ->
          soon(() ->
              step(new Event.Probed(upstream, model, upstreams.get(upstream).probe(time.now()))));
      case Effect.Abort(LineId line) -> {
        Call call = calls.get(line);
        if (call != null) {
          aborted.add(line);
          soon(() -> ended(line, call, new CallOutcome.Aborted()));
        }
      }
      case Effect.Release _, Effect.Say _, Effect.Validate _ -> {}
    }
  }

  private interface Answered {
    Event event();
  }

  /** What may fail, before or after its effect. It must not be asked twice at a time. */
  private void ask(Object what, Runnable work, Answered answer, Event failed) {
    if (!asked.add(what)) {
      violation("asked twice at a time: " + what);
    }
    int fate = plan.hasStoreFaults() ? random.nextInt(12) : 11;
    soon(() -> {
      if (fate != 0) {
        work.run();
      }
      soon(() -> {
        asked.remove(what);
        step(fate <= 1 ? failed : answer.event());
      });
    });
  }

  private void claim(Effect.Claim claim) {
    long batch = claim.batch();
    if (stopped.contains(batch) && !claim.isClosing()) {
      violation("a claim of batch %d after it was stopped".formatted(batch));
    }
    ask(
        "claim of batch " + batch,
        () -> stores.claim(batch, claim.maxChunks()),
        () -> new Event.Claimed(batch, stores.claimed(batch, claim.isClosing())),
        new Event.ClaimFailed(batch, "claim"));
  }

  private void send(Effect.Send send) {
    LineId line = send.line();
    SimulatedUpstream upstream = upstreams.get(send.upstream());
    var call = new Call(send.upstream(), upstream.isDown(time.now()));
    if (calls.put(line, call) != null || log.isAppending(line) || stores.isAnswered(line)) {
      violation("line %s is sent though it is under way or answered".formatted(line));
    }
    aborted.remove(line);
    if (stopped.contains(line.chunk().batch()) || expiring.contains(line.chunk().batch())) {
      violation("line %s is sent though its batch is stopped".formatted(line));
    }
    if (!upstream.begin()) {
      violation("more calls than upstream %d has slots".formatted(send.upstream()));
    }
    time.later(
        call.wasDown ? 1 + random.nextInt(50) : upstream.stayMillis(),
        () -> ended(line, call, upstream.outcome(line, call.wasDown, time.now())));
  }

  private void ended(LineId line, Call call, CallOutcome attempt) {
    if (calls.remove(line, call)) {
      upstreams.get(call.upstream).end();
      step(new Event.Ended(line, attempt));
    }
  }

  private void seal(Chunk chunk, @Nullable Ending ending) {
    boolean isBusy =
        calls.keySet().stream().anyMatch(line -> line.chunk().equals(chunk.id()))
            || log.isAppendingOf(chunk.id());
    if (isBusy) {
      violation("chunk %s is sealed while a line of it is under way".formatted(chunk.id()));
    }
    ask(
        "seal of chunk " + chunk.id(),
        () -> stores.seal(chunk, ending),
        () -> new Event.Sealed(chunk.id(), stores.seal(chunk, ending)),
        new Event.SealFailed(chunk.id(), "seal"));
  }

  private void expire(long id) {
    StoredBatch batch = stores.batch(id);
    expiring.add(id);
    if (time.now() < batch.deadlineMillis) {
      violation(
          "batch %d expires at %d, before %d".formatted(id, time.now(), batch.deadlineMillis));
    }
    ask(
        "expiry of batch " + id,
        () -> stores.stop(id, Ending.EXPIRED),
        () -> new Event.Stopping(id, stores.stop(id, Ending.EXPIRED)),
        new Event.ExpireFailed(id, "expire"));
  }
}
