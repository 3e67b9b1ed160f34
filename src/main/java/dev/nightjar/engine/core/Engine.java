package dev.nightjar.engine.core;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens next: which chunks to claim, which line to send where, what an attempt
 * means, when a chunk is sealed and a batch finished. A state machine without clock, lock, disk or
 * socket: one thread calls {@link #step} with what happened and carries the effects out. If the
 * process dies, nothing here is missed: the database and the answer log know all that is done.
 */
public final class Engine implements Serializable {
  private final EngineLimits limits;
  private final Lanes lanes;
  private final Faults faults;
  private final Claims claims;
  private final Dispatch dispatch;
  private final WaitReasons waits = new WaitReasons();
  private final Timers timers = new Timers();
  private final Deadlines deadlines = new Deadlines();
  private final ActiveBatches batches;
  private final ChunkLife chunks;
  private final LineLife lines;
  private final Listings listings;
  private final Wanted effects = new Wanted();
  private final Validations validations;
  private boolean isDraining;

  /** Between steps there are none, so that the state holds no answers on their way. */
  private static final class Wanted implements Consumer<Effect>, Serializable {
    private List<Effect> effects = new ArrayList<>();

    @Override
    public void accept(Effect effect) {
      effects.add(effect);
    }

    List<Effect> take() {
      List<Effect> all = effects;
      effects = new ArrayList<>();
      return all;
    }
  }

  /** {@code seed} is that of the jitter between attempts. */
  public Engine(EngineLimits limits, List<UpstreamSpec> upstreams, long seed) {
    this.limits = limits;
    this.lanes = new Lanes(upstreams);
    var underWay = new UnderWay();
    this.faults = new Faults(limits, lanes, underWay, new Random(seed), effects);
    this.claims = new Claims(limits, lanes, effects);
    this.dispatch = new Dispatch(limits, underWay, effects);
    this.batches = new ActiveBatches(deadlines, effects);
    this.chunks = new ChunkLife(batches, lanes, claims, timers, effects);
    var ways = new LineLife.Ways(lanes, claims, dispatch, faults);
    this.lines = new LineLife(batches, ways, chunks, timers, effects);
    this.validations =
        new Validations(limits.bounds().validationBytes(), deadlines, timers, effects);
    this.listings = new Listings(lanes, timers, effects);
  }

  /**
   * Takes one event and says what to do; {@code now} is in milliseconds and never decreases, nor
   * jumps with any clock: {@link Event.ClockSet} tells what time it is.
   */
  public List<Effect> step(Event event, long now) {
    handle(event, now);
    for (Due due = timers.takeDue(now); due != null; due = timers.takeDue(now)) {
      comeDue(due);
    }
    lines.pass(now);
    expireDue(now);
    lanes.prune();
    if (!isDraining && !waits.isAll()) {
      claims.refill(dispatch.isQuiet());
      dispatch.send(lanes, claims, now);
    } else {
      dispatch.rest();
    }
    return effects.take();
  }

  /** When {@link #step} wants to be called again without an event. */
  public long nextWakeMillis() {
    long next =
        Math.min(deadlines.nextMillis(), Math.min(timers.nextMillis(), faults.nextMillis()));
    return Math.min(next, dispatch.nextMillis());
  }

  /** Nothing is under way: no call, no append. */
  public boolean isQuiet() {
    return dispatch.isQuiet();
  }

  /** What it has and has done as of now. That it was asked for changes nothing. */
  public Picture picture() {
    return new PictureTaker(batches, validations, lanes, claims, dispatch, waits).take();
  }

  /** An open line. */
  Optional<Line> line(LineId id) {
    return batches.line(id);
  }

  /** What is known of the upstreams' models, in the order of the upstreams. */
  public List<KnownModels> knownModels() {
    return lanes.knownModels();
  }

  private void handle(Event event, long now) {
    switch (event) {
      case Event.Started(BatchStart run) -> start(run, now);
      case Event.Claimed(long batch, List<ClaimedChunk> claimed) -> chunks.claimed(batch, claimed);
      case Event.ClaimFailed(long batch, String reason) -> chunks.claimFailed(batch, reason, now);
      case Event.Ended(LineId line, CallOutcome attempt) -> lines.ended(line, attempt, now);
      case Event.Appended(List<Pending> answers, Set<ChunkId> refused) ->
          lines.appended(answers, refused);
      case Event.Sealed(Chunk chunk, SealOutcome outcome) -> chunks.sealed(chunk, outcome);
      case Event.SealFailed(Chunk chunk, String reason) -> chunks.sealFailed(chunk, reason, now);
      case Event.Finished(long batch) -> finished(batch);
      case Event.FinishFailed(long batch, String reason) ->
          again(batch, reason, now, new Due.FinishAgain(batch));
      case Event.Stopping(long batch, @Nullable Ending ending) -> stopping(batch, ending, now);
      case Event.ExpireFailed(long batch, String reason) -> {
        if (!validations.expireFailed(batch, reason, now)) {
          again(batch, reason, now, new Due.ExpireAgain(batch));
        }
      }
      case Event.Controlled controlled -> lines.controlled(controlled, now);
      case Event.ModelsListed(int upstream, Set<String> models) ->
          listings.listed(upstream, models, now);
      case Event.SlotsTold(int upstream, int slots) -> lanes.told(upstream, slots);
      case Event.ListFailed(int upstream, String reason) -> listings.failed(upstream, reason, now);
      case Event.Held(@Nullable String reason) -> waits.held(reason);
      case Event.DiskShort(@Nullable String reason) -> waits.diskShort(reason);
      case Event.Unvalidated before -> unvalidated(before, now);
      case Event.Draining() -> isDraining = true;
      case Event.ClockSet clock -> deadlines.clock(clock);
      case Event.Tick() -> {}
    }
  }

  /** A batch that never ran is not among ours: it is tried again all the same. */
  private void again(long id, String reason, long now, Due due) {
    ActiveBatch batch = batches.get(id);
    long wait = batch == null ? Backoff.wait(0) : batch.backoff.failed(reason);
    timers.at(now + wait, due);
  }

  private void comeDue(Due due) {
    switch (due) {
      case Due.AbortCalls(long batch) -> abortCalls(batch);
      case Due.ClaimAgain(long batch) -> chunks.claimAgain(batch);
      case Due.SealAgain(Chunk chunk) -> chunks.sealAgain(chunk);
      case Due.FinishAgain(long batch) -> effects.accept(new Effect.Finish(batch));
      case Due.ExpireAgain(long batch) -> effects.accept(new Effect.Expire(batch));
      case Due.ValidateAgain(long batch) -> validations.again(batch);
      case Due.SendAgain(LineId line) -> lines.sendAgain(line);
      case Due.ListModels(int upstream) -> effects.accept(new Effect.ListModels(upstream));
    }
  }

  // ---- the life of a batch

  private void unvalidated(Event.Unvalidated event, long now) {
    if (batches.get(event.batch()) == null) {
      validations.take(event, now);
    }
  }

  private void start(BatchStart run, long now) {
    validations.started(run.batch());
    if (batches.get(run.batch()) != null) {
      return;
    }
    ModelQueue home = lanes.queue(run.model());
    ActiveBatch batch = batches.add(run, home.window);
    home.window.enter();
    Ending early = batches.takeEarlyStop(run.batch());
    Ending ending = run.ending() != null ? run.ending() : early;
    if (run.unsealedChunks() == 0) {
      batches.finish(batch);
    } else if (ending != null) {
      stop(batch, ending, now);
    } else {
      home.offerClaims(batch);
    }
  }

  private void stopping(long id, @Nullable Ending ending, long now) {
    ActiveBatch batch = batches.get(id);
    if (batch == null) {
      if (ending != null) {
        batches.stopEarly(id, ending);
      }
      validations.stopping(id);
      return;
    }
    batch.backoff.over();
    if (ending == null) {
      halt(batch); // All its chunks are sealed, be it by others.
    } else if (batch.ending() == null) {
      stop(batch, ending, now);
    }
  }

  private void stop(ActiveBatch batch, Ending ending, long now) {
    batch.stop(ending);
    deadlines.remove(batch);
    halt(batch);
    lines.drop(batch);
    timers.at(now + limits.stopGrace().toMillis(), new Due.AbortCalls(batch.id()));
    batches.chunks(batch).forEach(chunks::settle);
    claims.closeMore(batch);
  }

  /** From now on no line of it is sent. */
  private void halt(ActiveBatch batch) {
    lanes.home(batch).withdrawClaims(batch);
    lanes.all().forEach(queue -> queue.drop(batch));
  }

  private void abortCalls(long id) {
    ActiveBatch batch = batches.get(id);
    if (batch != null) {
      lines.abortCalls(batch);
    }
  }

  private void expireDue(long now) {
    for (ActiveBatch batch = deadlines.takeDue(now);
        batch != null;
        batch = deadlines.takeDue(now)) {
      if (batch.mayExpire()) {
        batch.expiring();
        effects.accept(new Effect.Expire(batch.id()));
      }
    }
  }

  private void finished(long id) {
    ActiveBatch batch = batches.remove(id);
    if (batch != null) {
      halt(batch);
      claims.ended(batch);
      chunks.loseAll(batch);
      timers.cancelAll(id);
      batch.end();
      batch.window.leave();
    }
  }
}
