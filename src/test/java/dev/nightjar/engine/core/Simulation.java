package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.Event.Pending;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
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
  private static final long BEGIN = 1_000_000;
  private static final long CREATED_WITHIN = 60_000;
  private static final long KILLED_WITHIN = 200_000;

  private final SimulationPlan plan;
  private final SimulatedCore.Maker maker;
  private final SplittableRandom random;
  private final List<String> violations = new ArrayList<>();
  private final SimulatedStores stores = new SimulatedStores(this::violation);
  private final List<UpstreamSpec> specs = new ArrayList<>();
  private final List<SimulatedUpstream> upstreams = new ArrayList<>();
  private final PriorityQueue<Moment> moments =
      new PriorityQueue<>(
          Comparator.comparingLong(Moment::atMillis).thenComparingLong(Moment::order));

  private long now = BEGIN;
  private long order;
  private int steps;

  /** Of the process; what an earlier one was waiting for never comes. */
  private int life;

  private SimulatedCore core;
  private long coreSeed;
  private List<Stepped> stepped = new ArrayList<>();

  // What is under way in this life.
  private final Map<LineId, Call> calls = new HashMap<>();
  private final Set<LineId> appending = new HashSet<>();
  private final Set<Object> asked = new HashSet<>();

  /** Batches that this life's engine knows to stop. */
  private final Set<Long> stopped = new HashSet<>();

  private final List<Pending> group = new ArrayList<>();

  private record Moment(long atMillis, long order, int life, Runnable action) {}

  private record Call(int upstream, boolean wasDown) {}

  /** An event and what the engine made of it. */
  record Stepped(Event event, long now, List<Effect> effects) {}

  Simulation(SimulationPlan plan, SimulatedCore.Maker maker) {
    this.plan = plan;
    this.maker = maker;
    this.random = new SplittableRandom(plan.seed());
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int slots = 1 + random.nextInt(12);
      // The first has all models, so that none waits for ever.
      Set<String> models = i == 0 || random.nextBoolean() ? Set.of() : Set.of(MODELS.get(i));
      specs.add(new UpstreamSpec("up" + i, models, slots));
      upstreams.add(
          new SimulatedUpstream(random.split(), slots, plan.hasOutages(), BEGIN + KILLED_WITHIN));
    }
    this.coreSeed = random.nextLong();
    this.core = maker.make(specs, coreSeed);
  }

  /** What was not as it has to be. */
  List<String> run() {
    listModels();
    for (long batch = 1; batch <= plan.batches(); batch++) {
      long id = batch;
      world(random.nextLong(CREATED_WITHIN), () -> create(id));
    }
    if (plan.hasKills()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        world(random.nextLong(KILLED_WITHIN), this::kill);
      }
    }
    while (violations.isEmpty() && goOn()) {
      if (++steps > STEPS_MAX) {
        violation("no end after %d steps".formatted(STEPS_MAX));
      }
    }
    if (violations.isEmpty()) {
      stores.checkEnds();
      checkReplay();
    }
    return violations;
  }

  private void violation(String text) {
    violations.add(text);
  }

  /** The same events at the same times have the same effects. */
  private void checkReplay() {
    SimulatedCore again = maker.make(specs, coreSeed);
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
    Moment next = moments.peek();
    if (next == null && wake == Long.MAX_VALUE) {
      return false;
    }
    if (next == null || wake < next.atMillis) {
      now = Math.max(now, wake);
      step(new Event.Tick());
      if (core.nextWakeMillis() <= now) {
        violation("the engine wants to be woken at %d again and again".formatted(now));
      }
      return true;
    }
    moments.remove();
    now = Math.max(now, next.atMillis);
    if (next.life == life || next.life < 0) {
      next.action.run();
    }
    return true;
  }

  private void step(Event event) {
    if (event instanceof Event.Stopping(long batch, Ending ending) && ending != null) {
      stopped.add(batch);
    }
    List<Effect> effects;
    try {
      effects = core.step(event, now);
    } catch (RuntimeException e) {
      violation("%s: %s".formatted(event, e));
      return;
    }
    stepped.add(new Stepped(event, now, effects));
    effects.forEach(this::carryOut);
  }

  /** In this life of the process. */
  private void later(long millis, Runnable action) {
    moments.add(new Moment(now + millis, order++, life, action));
  }

  private void soon(Runnable action) {
    later(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20), action);
  }

  /** Whatever becomes of the process. */
  private void world(long millis, Runnable action) {
    moments.add(new Moment(now + millis, order++, -1, action));
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
            id, models, now + random.nextLong(window) + 1, lines, 1 + random.nextInt(20)));
    soon(() -> step(new Event.Started(stores.batch(id).run(false))));
    if (plan.hasStops() && random.nextInt(3) == 0) {
      world(random.nextLong(random.nextBoolean() ? 100 : 60_000), () -> cancel(id));
    }
  }

  private void cancel(long id) {
    if (!stores.batch(id).isFinished) {
      Ending ending = stores.stop(id, Ending.CANCELLED);
      soon(() -> step(new Event.Stopping(id, ending)));
    }
  }

  private void kill() {
    life++;
    calls.clear();
    appending.clear();
    asked.clear();
    stopped.clear();
    group.clear();
    upstreams.forEach(SimulatedUpstream::forgetCalls);
    stores.releaseAll();
    stepped = new ArrayList<>();
    coreSeed = random.nextLong();
    core = maker.make(specs, coreSeed);
    listModels();
    stores.batches.values().stream()
        .filter(batch -> !batch.isFinished)
        .forEach(batch -> {
          if (batch.ending != null) {
            stopped.add(batch.id);
          }
          soon(() -> step(new Event.Started(batch.run(true))));
        });
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
      case Effect.Append(LineId line, Answer answer) -> append(new Pending(line, answer));
      case Effect.Seal(Chunk chunk, @Nullable Ending ending) -> seal(chunk, ending);
      case Effect.Finish(long batch) ->
          ask(
              effect,
              () -> stores.finish(batch),
              () -> new Event.Finished(batch),
              new Event.FinishFailed(batch, "finish"));
      case Effect.Expire(long batch) -> expire(batch);
      case Effect.Probe(int upstream, String model) ->
          soon(() -> step(new Event.Probed(upstream, model, upstreams.get(upstream).probe(now))));
      case Effect.Abort(LineId line) -> {
        Call call = calls.get(line);
        if (call != null) {
          soon(() -> ended(line, call, new Attempt.Aborted()));
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
    var call = new Call(send.upstream(), upstream.isDown(now));
    if (calls.put(line, call) != null || appending.contains(line) || stores.isAnswered(line)) {
      violation("line %s is sent though it is under way or answered".formatted(line));
    }
    if (stopped.contains(line.chunk().batch())) {
      violation("line %s is sent though its batch is stopped".formatted(line));
    }
    if (!upstream.begin()) {
      violation("more calls than upstream %d has slots".formatted(send.upstream()));
    }
    later(
        call.wasDown ? 1 + random.nextInt(50) : upstream.stayMillis(),
        () -> ended(line, call, upstream.outcome(line, call.wasDown, now)));
  }

  private void ended(LineId line, Call call, Attempt attempt) {
    if (calls.remove(line, call)) {
      upstreams.get(call.upstream).end();
      step(new Event.Ended(line, attempt));
    }
  }

  private void append(Pending pending) {
    if (!appending.add(pending.line())) {
      violation("two appends at a time of line " + pending.line());
    }
    group.add(pending);
    if (group.size() == 1) {
      soon(this::commit);
    }
  }

  private void commit() {
    if (plan.hasStoreFaults() && random.nextInt(20) == 0) {
      step(new Event.Held("the disk is full"));
      later(
          1_000,
          () -> {
            step(new Event.Held(null));
            commitGroup();
          });
    } else {
      commitGroup();
    }
  }

  private void commitGroup() {
    List<Pending> all = List.copyOf(group);
    group.clear();
    Set<ChunkId> refused = new HashSet<>();
    for (Pending pending : all) {
      appending.remove(pending.line());
      if (!stores.append(pending.line(), pending.answer())) {
        refused.add(pending.line().chunk());
      }
    }
    step(new Event.Appended(all, refused));
  }

  private void seal(Chunk chunk, @Nullable Ending ending) {
    boolean isBusy =
        calls.keySet().stream().anyMatch(line -> line.chunk().equals(chunk.id()))
            || appending.stream().anyMatch(line -> line.chunk().equals(chunk.id()));
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
    if (now < batch.deadlineMillis) {
      violation("batch %d expires at %d, before %d".formatted(id, now, batch.deadlineMillis));
    }
    ask(
        "expiry of batch " + id,
        () -> stores.stop(id, Ending.EXPIRED),
        () -> new Event.Stopping(id, stores.stop(id, Ending.EXPIRED)),
        new Event.ExpireFailed(id, "expire"));
  }
}
