package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One life of the process in a simulated run: the engine, and a shell that carries its effects out
 * and watches that none is wanted that must not be.
 */
final class SimulatedLife {
  /** Without anything but listings of models: longer than an upstream is down. */
  private static final long STILL_MILLIS = 1_800_000;

  /** As a clock after a start, or one that jumped. */
  private static final long CONFIRMED_AFTER = 900_000;

  /** Longer than the longest call and the longest append. */
  private static final long DRAINED_WITHIN = 100_000;

  private final SimulatedWorld world;
  private final RecordedCore core;
  private final SimulatedInputs inputs;
  private final SimulatedReader reader;
  private final SimulatedLog log;
  private final SimulatedValidations validations;
  private final Map<LineId, Call> calls = new HashMap<>();
  private final Set<LineId> aborted = new HashSet<>();
  private final Set<Long> fromBefore = new HashSet<>();

  /** What is under way. */
  private final Set<Object> asked = new HashSet<>();

  /** Batches that the engine knows to stop. */
  private final Set<Long> stopped = new HashSet<>();

  private final SimulatedDeadlines deadlines;

  /** Why nothing may be begun; null when something may. */
  private @Nullable String held;

  private @Nullable String diskShort;
  private boolean isDraining;

  private long lastDeedMillis;

  /** Not answered before something else happens, so that time can pass quickly. */
  private final List<Integer> listingsLeft = new ArrayList<>();

  private record Call(int upstream, boolean wasDown) {}

  SimulatedLife(SimulatedWorld world, SimulatedCore.Maker maker) {
    this.world = world;
    this.lastDeedMillis = world.time.now();
    long seed = world.random.nextLong();
    this.core =
        new RecordedCore(() -> maker.make(world.limits, world.upstreams.specs(), seed), seed);
    this.inputs = new SimulatedInputs(world);
    this.reader = new SimulatedReader(world, seed);
    this.log = new SimulatedLog(world, this::step);
    this.deadlines = new SimulatedDeadlines(world);
    this.validations =
        new SimulatedValidations(
            world, this::step, batch -> start(batch, fromBefore.contains(batch.id)));
  }

  /** Takes up what an earlier life has left. */
  void start() {
    if (world.plan.has(Trouble.CLOCK_JUMPS)) {
      step(new Event.ClockSet(world.aheadMillis, false));
      world.time.later(CONFIRMED_AFTER, this::clockSet);
    }
    if (world.shortages > 0) {
      world.soon(this::lookAtDisk);
    }
    for (StoredBatch batch : world.stores.batches.values()) {
      if (!batch.isFinished) {
        fromBefore.add(batch.id);
        takeUp(batch);
      }
    }
  }

  private void takeUp(StoredBatch batch) {
    if (batch.isValidated) {
      if (batch.ending != null) {
        stopped.add(batch.id);
      }
      world.soon(() -> start(batch, true));
    } else if (batch.ending != null) {
      world.soon(() -> step(new Event.Withdrawn(batch.id)));
    } else {
      world.soon(() -> submit(batch));
    }
  }

  void submit(StoredBatch batch) {
    step(
        new Event.Submitted(
            batch.id,
            batch.file.project(),
            batch.file.bytes(),
            SimulatedValidations.PIECE_BYTES,
            batch.deadlineMillis));
  }

  private void start(StoredBatch batch, boolean isFromBefore) {
    deadlines.begun(batch, isFromBefore);
    step(new Event.Started(batch.run(isFromBefore)));
  }

  void step(Event event) {
    note(event);
    world.upstreams.tell(event);
    List<Effect> effects;
    try {
      effects = core.step(event, world.time.now());
    } catch (RuntimeException e) {
      world.violation("%s: %s".formatted(event, e));
      return;
    }
    if (!SimulatedUpstreams.isMereListing(event, effects)) {
      lastDeedMillis = world.time.now();
      listingsLeft.forEach(this::list);
      listingsLeft.clear();
    }
    effects.forEach(this::carryOut);
    reader.look(core::picture);
  }

  private void note(Event event) {
    inputs.told(event);
    switch (event) {
      case Event.Stopping(long batch, Ending ending) when ending != null -> {
        stopped.add(batch);
        world.time.later(world.limits.stopGrace().toMillis() + 1, () -> checkAborted(batch));
      }
      case Event.Held(String reason) -> held = reason;
      case Event.DiskShort(String reason) -> diskShort = reason;
      case Event.Draining() -> isDraining = true;
      case Event.ClockSet(long _, boolean isConfirmed) -> deadlines.clockSet(isConfirmed);
      default -> {}
    }
  }

  /** The clock has agreed with itself for long enough to count. */
  void clockSet() {
    step(new Event.ClockSet(world.aheadMillis, true));
  }

  void lookAtDisk() {
    step(new Event.DiskShort(world.shortages > 0 ? "the disk is short" : null));
  }

  /** It is to end. */
  void drain() {
    if (!isDraining) {
      step(new Event.Draining());
      world.time.later(
          DRAINED_WITHIN, () -> world.violation("calls go on long after the last was sent"));
    }
  }

  /** It may end, and nothing that was paid for is lost. */
  boolean isDrained() {
    boolean isDrained = isDraining && core.isQuiet();
    if (isDrained && !(calls.isEmpty() && log.isQuiet())) {
      world.violation("it is quiet, and calls or appends are under way");
    }
    return isDrained;
  }

  long nextWakeMillis() {
    return core.nextWakeMillis();
  }

  // ---- what must hold

  private void checkMayBegin(Object what) {
    String reason = isDraining ? "the process is to end" : held != null ? held : diskShort;
    if (reason != null) {
      world.violation("%s, though %s".formatted(what, reason));
    }
  }

  private void checkAborted(long batch) {
    for (LineId line : calls.keySet()) {
      boolean isOurs = !world.stores.isForeign(line.chunk());
      if (line.chunk().batch() == batch && isOurs && !aborted.contains(line)) {
        world.violation("the call of line %s goes on after the grace".formatted(line));
      }
    }
  }

  void checkNothingIsHeld() {
    EngineFigures figures = core.picture().figures();
    boolean mayHaveChunks = world.plan.has(Trouble.TAKEOVERS);
    boolean isEmpty =
        figures.linesWaiting() == 0
            && figures.requestBytes() == 0
            && figures.unappendedBytes() == 0
            && figures.validating().equals(new EngineFigures.Validating(0, 0, 0))
            && validations.holdsNothing()
            && inputs.open() == figures.openChunks()
            && figures.upstreams().stream().allMatch(upstream -> upstream.inFlight() == 0)
            && (mayHaveChunks || (figures.openChunks() == 0 && figures.unsealedBytes() == 0));
    if (!isEmpty) {
      world.violation("at the end it holds " + figures);
    }
  }

  /** The same events at the same times have the same effects. */
  void checkReplay() {
    core.otherwise().ifPresent(world::violation);
  }

  // ---- effects

  private void carryOut(Effect effect) {
    inputs.wanted(effect);
    switch (effect) {
      case Effect.Claim claim -> claim(claim);
      case Effect.Send send -> send(send);
      case Effect.Append(LineId line, Answer answer) -> {
        if (!log.append(new Pending(line, answer))) {
          world.violation("two appends at a time of line " + line);
        }
      }
      case Effect.Seal(Chunk chunk, @Nullable Ending ending) -> seal(chunk, ending);
      case Effect.Finish(long batch) ->
          ask(
              effect,
              () -> world.stores.finish(batch),
              () -> new Event.Finished(batch),
              new Event.FinishFailed(batch, "finish"));
      case Effect.Expire(long batch) -> expire(batch);
      case Effect.Control control ->
          world.soon(() -> step(world.upstreams.control(control, world.time.now())));
      case Effect.ListModels(int upstream) -> {
        if (world.time.now() - lastDeedMillis < STILL_MILLIS) {
          list(upstream);
        } else {
          listingsLeft.add(upstream);
        }
      }
      case Effect.Abort(LineId line) -> {
        Call call = calls.get(line);
        if (call != null) {
          aborted.add(line);
          world.soon(() -> ended(line, call, new CallOutcome.Aborted()));
        }
      }
      case Effect.Validate(long batch) -> validations.validate(world.stores.batch(batch));
      case Effect.EndValidation(long batch) -> validations.end(batch);
      case Effect.CloseInput _, Effect.Say _, Effect.TellModels _ -> {}
    }
  }

  private interface Answered {
    Event event();
  }

  /** What may fail, before or after its effect. It must not be asked twice at a world.time. */
  private void ask(Object what, Runnable work, Answered answer, Event failed) {
    if (!asked.add(what)) {
      world.violation("asked twice at a time: " + what);
    }
    int fate = world.plan.has(Trouble.STORE_FAULTS) ? world.random.nextInt(12) : 11;
    world.soon(() -> {
      if (fate != 0) {
        work.run();
      }
      world.soon(() -> {
        asked.remove(what);
        step(fate <= 1 ? failed : answer.event());
      });
    });
  }

  private void claim(Effect.Claim claim) {
    long batch = claim.batch();
    if (stopped.contains(batch) && !claim.isClosing()) {
      world.violation("a claim of batch %d after it was stopped".formatted(batch));
    }
    if (!claim.isClosing()) {
      checkMayBegin(claim);
    }
    ask(
        "claim of batch " + batch,
        () -> world.stores.claim(batch, claim.maxChunks()),
        () -> new Event.Claimed(batch, world.stores.claimed(batch, claim.isClosing())),
        new Event.ClaimFailed(batch, "claim"));
  }

  private void list(int upstream) {
    world.soon(() -> step(world.upstreams.list(upstream, world.time.now())));
  }

  private void send(Effect.Send send) {
    checkMayBegin(send);
    LineId line = send.line();
    SimulatedUpstream upstream = world.upstreams.get(send.upstream());
    String mistake = world.upstreams.mistake(send.upstream(), world.stores.model(line));
    if (mistake != null) {
      world.violation("line %s is sent though %s".formatted(line, mistake));
    }
    var call = new Call(send.upstream(), upstream.isDown(world.time.now()));
    if (calls.put(line, call) != null || log.isAppending(line) || world.stores.isAnswered(line)) {
      world.violation("line %s is sent though it is under way or answered".formatted(line));
    }
    aborted.remove(line);
    if (stopped.contains(line.chunk().batch()) || deadlines.isExpiring(line.chunk().batch())) {
      world.violation("line %s is sent though its batch is stopped".formatted(line));
    }
    if (!upstream.begin()) {
      world.violation("more calls than upstream %d has slots".formatted(send.upstream()));
    }
    world.time.later(
        call.wasDown ? 1 + world.random.nextInt(50) : upstream.stayMillis(),
        () -> ended(line, call, upstream.outcome(line, call.wasDown, world.time.now())));
  }

  private void ended(LineId line, Call call, CallOutcome attempt) {
    if (calls.remove(line, call)) {
      world.upstreams.get(call.upstream).end();
      step(new Event.Ended(line, attempt));
    }
  }

  private void seal(Chunk chunk, @Nullable Ending ending) {
    boolean isBusy =
        calls.keySet().stream().anyMatch(line -> line.chunk().equals(chunk.id()))
            || log.isAppendingOf(chunk.id());
    if (isBusy) {
      world.violation("chunk %s is sealed while a line of it is under way".formatted(chunk.id()));
    }
    ask(
        "seal of chunk " + chunk.id(),
        () -> world.stores.seal(chunk, ending),
        () -> new Event.Sealed(chunk, world.stores.seal(chunk, ending)),
        new Event.SealFailed(chunk, "seal"));
  }

  private void expire(long id) {
    StoredBatch batch = world.stores.batch(id);
    deadlines.expires(batch);
    ask(
        "expiry of batch " + id,
        () -> world.stores.stop(id, Ending.EXPIRED),
        () -> expired(batch),
        new Event.ExpireFailed(id, "expire"));
  }

  private Event expired(StoredBatch batch) {
    Ending ending = world.stores.stop(batch.id, Ending.EXPIRED);
    if (batch.isValidated) {
      return new Event.Stopping(batch.id, ending);
    }
    return ending == Ending.EXPIRED
        ? new Event.ExpiredUnvalidated(batch.id)
        : new Event.ValidationEnded(batch.id);
  }
}
