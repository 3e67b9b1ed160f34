package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.Event.ClaimedChunk;
import dev.nightjar.engine.Event.ClaimedLine;
import dev.nightjar.engine.Event.Pending;
import dev.nightjar.engine.Lane.Suspect;
import dev.nightjar.store.MetaStore.SealOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens next: which chunks to claim, which line to send where, what an attempt
 * means, when a chunk is sealed and a batch finished. A state machine without clock, lock, disk or
 * socket: one thread calls {@link #step} with what happened and carries the effects out. If the
 * process dies, nothing here is missed: MetaStore and the answer log know all that is done.
 */
final class Engine {
  private static final int EARLY_STOPS_MAX = 1_000;

  private final EngineLimits limits;
  private final Lanes lanes;
  private final Faults faults;
  private final Claims claims;
  private final Dispatch dispatch;
  private final Waits waits = new Waits();
  private final Timers timers = new Timers();
  private final Map<Long, ActiveBatch> batches = new HashMap<>();
  private final Deadlines deadlines = new Deadlines();

  /** Stops that were told before the start of their batch was. */
  private final Map<Long, Ending> earlyStops = new LinkedHashMap<>();

  private List<Effect> effects = new ArrayList<>();
  private boolean isDraining;

  Engine(EngineLimits limits, List<UpstreamSpec> upstreams, RandomGenerator random) {
    this.limits = limits;
    this.lanes = new Lanes(upstreams);
    this.faults = new Faults(limits, lanes, random, this);
    this.claims = new Claims(limits, effect -> effects.add(effect));
    this.dispatch = new Dispatch(limits, effect -> effects.add(effect));
  }

  /**
   * Takes one event and says what to do; {@code now} is in milliseconds and never decreases, nor
   * jumps with any clock: {@link Event.ClockSet} tells what time it is.
   */
  List<Effect> step(Event event, long now) {
    effects = new ArrayList<>();
    handle(event, now);
    timers.run(now);
    faults.reopen(now);
    expireDue(now);
    if (!isDraining && !waits.isAll()) {
      claims.refill(lanes, dispatch.isQuiet());
      dispatch.send(lanes, claims);
    }
    return effects;
  }

  /** When {@link #step} wants to be called again without an event. */
  long nextWakeMillis() {
    return Math.min(deadlines.nextMillis(), Math.min(timers.nextMillis(), faults.nextMillis()));
  }

  /** Nothing is under way: no call, no append. */
  boolean isQuiet() {
    return dispatch.isQuiet();
  }

  Optional<BatchRunner.Live> live(long batch) {
    ActiveBatch active = batches.get(batch);
    return active == null
        ? Optional.empty()
        : Optional.of(active.live(waits.reason(active, claims, dispatch)));
  }

  EngineFigures figures() {
    return EngineFigures.of(lanes, dispatch, claims, waits);
  }

  private void handle(Event event, long now) {
    switch (event) {
      case Event.Started(BatchRun run) -> start(run, now);
      case Event.Claimed(long batch, List<ClaimedChunk> chunks) -> claimed(batch, chunks);
      case Event.ClaimFailed(long batch, String reason) -> claimFailed(batch, reason, now);
      case Event.Ended(Line line, Attempt attempt) -> ended(line, attempt, now);
      case Event.Appended(List<Pending> answers, Set<ChunkId> refused) ->
          appended(answers, refused);
      case Event.Sealed(ChunkId chunk, SealOutcome outcome) -> sealed(chunk, outcome);
      case Event.SealFailed(ChunkId chunk, String reason) -> sealFailed(chunk, reason, now);
      case Event.Finished(long batch) -> finished(batch);
      case Event.FinishFailed(long batch, String reason) ->
          again(batch, reason, now, new Effect.Finish(batch));
      case Event.Stopping(long batch, @Nullable Ending ending) -> stopping(batch, ending, now);
      case Event.ExpireFailed(long batch, String reason) ->
          again(batch, reason, now, new Effect.Expire(batch));
      case Event.Probed probed -> faults.probed(probed, now);
      case Event.ModelsListed(int upstream, @Nullable Set<String> models) ->
          lanes.listed(upstream, models);
      case Event.Held(@Nullable String reason) -> waits.held = reason;
      case Event.DiskShort(@Nullable String reason) -> waits.diskShort = reason;
      case Event.Later(long wait, Effect effect) ->
          timers.at(now + wait, () -> effects.add(effect));
      case Event.Draining() -> isDraining = true;
      case Event.ClockSet clock -> deadlines.clock(clock);
      case Event.Tick() -> {}
    }
  }

  /** A batch that never ran is not among ours: it is tried again all the same. */
  private void again(long id, String reason, long now, Effect effect) {
    ActiveBatch batch = batches.get(id);
    long wait = batch == null ? Trouble.wait(0) : batch.trouble.failed(reason);
    timers.at(now + wait, () -> effects.add(effect));
  }

  // ---- the life of a batch

  private void start(BatchRun run, long now) {
    if (batches.containsKey(run.batch())) {
      return;
    }
    Pool home = lanes.pool(run.model());
    var batch = new ActiveBatch(run, home);
    home.homes++;
    batches.put(run.batch(), batch);
    deadlines.add(batch);
    Ending early = earlyStops.remove(run.batch());
    Ending ending = run.ending() != null ? run.ending() : early;
    if (run.unsealedChunks() == 0) {
      finish(batch);
    } else if (ending != null) {
      stop(batch, ending, now);
    } else {
      home.offerClaims(batch);
    }
  }

  private void stopping(long id, @Nullable Ending ending, long now) {
    ActiveBatch batch = batches.get(id);
    if (batch == null) {
      if (ending != null && earlyStops.size() < EARLY_STOPS_MAX) {
        earlyStops.put(id, ending);
      }
      return;
    }
    batch.trouble.over();
    if (ending != null && batch.ending == null) {
      stop(batch, ending, now);
    }
  }

  private void stop(ActiveBatch batch, Ending ending, long now) {
    batch.ending = ending;
    deadlines.remove(batch);
    halt(batch);
    long id = batch.run.batch();
    timers.at(now + limits.stopGrace().toMillis(), () -> abortCalls(id));
    List.copyOf(batch.openChunks.values()).forEach(this::settle);
    claims.closeMore(batch);
  }

  /** From now on no line of it is sent. */
  private void halt(ActiveBatch batch) {
    batch.home.withdrawClaims(batch);
    List.copyOf(batch.queues.values()).forEach(queue -> queue.pool.drop(queue));
    lanes.all().forEach(pool -> pool.solo.removeIf(line -> line.batch() == batch));
  }

  private void abortCalls(long id) {
    ActiveBatch batch = batches.get(id);
    if (batch == null) {
      return;
    }
    for (OpenChunk chunk : batch.openChunks.values()) {
      for (Line line : chunk.lines) {
        if (line.state == Line.State.IN_FLIGHT) {
          effects.add(new Effect.Abort(line));
        }
      }
    }
  }

  private void expireDue(long now) {
    for (ActiveBatch batch = deadlines.takeDue(now);
        batch != null;
        batch = deadlines.takeDue(now)) {
      if (batch.ending == null && !batch.isFullyAnswered()) {
        batch.isExpiring = true;
        halt(batch);
        effects.add(new Effect.Expire(batch.run.batch()));
      }
    }
  }

  private void finish(ActiveBatch batch) {
    if (!batch.isFinishing) {
      batch.isFinishing = true;
      deadlines.remove(batch);
      effects.add(new Effect.Finish(batch.run.batch()));
    }
  }

  private void finished(long id) {
    ActiveBatch batch = batches.remove(id);
    if (batch != null) {
      deadlines.remove(batch);
      batch.home.homes--;
      lanes.prune(batch.home);
    }
  }

  // ---- the life of a chunk

  private void claimed(long id, List<ClaimedChunk> chunks) {
    ActiveBatch batch = batches.get(id);
    if (batch == null) {
      chunks.forEach(chunk -> effects.add(new Effect.Release(chunk.chunk())));
      return;
    }
    claims.ended(batch);
    batch.trouble.over();
    if (chunks.isEmpty()) {
      batch.unclaimedChunks = 0;
    }
    for (ClaimedChunk claimed : chunks) {
      open(batch, claimed);
    }
    batch.home.offerClaims(batch);
    claims.closeMore(batch);
  }

  private void open(ActiveBatch batch, ClaimedChunk claimed) {
    Chunk chunk = claimed.chunk();
    var open = new OpenChunk(batch, chunk);
    batch.openChunks.put(chunk.id(), open);
    batch.unclaimedChunks--;
    claims.opened(open, claimed.heldBytes());
    open.isBegun = !claimed.held().isEmpty();
    batch.count(
        claimed.heldCounts().completed(), claimed.heldCounts().failed(), claimed.heldUsage());
    open.remaining = chunk.lines() - claimed.held().cardinality();
    if (batch.isRunning()) {
      for (int i = 0; i < claimed.lines().size(); i++) {
        if (!claimed.held().get(i)) {
          ClaimedLine span = claimed.lines().get(i);
          var line = new Line(open, i, span.span(), span.model());
          open.lines.add(line);
          lanes.pool(line.model).addLast(line);
        }
      }
    }
    settle(open);
  }

  private void claimFailed(long id, String reason, long now) {
    ActiveBatch batch = batches.get(id);
    if (batch != null) {
      claims.ended(batch);
      timers.at(
          now + batch.trouble.failed(reason),
          () -> {
            batch.home.offerClaims(batch);
            claims.closeMore(batch);
          });
    }
  }

  /** Seals the chunk if it is time to. */
  void settle(OpenChunk open) {
    if (open.canSeal()) {
      claims.sealing(open);
      effects.add(open.seal());
    }
  }

  private void sealed(ChunkId id, SealOutcome outcome) {
    OpenChunk open = openChunk(id);
    if (open == null) {
      return;
    }
    close(open);
    if (outcome != SealOutcome.FENCED) {
      open.batch.unsealedChunks--;
    }
    if (outcome == SealOutcome.SEALED_LAST) {
      finish(open.batch);
    }
    claims.closeMore(open.batch);
  }

  private void sealFailed(ChunkId id, String reason, long now) {
    OpenChunk open = openChunk(id);
    if (open != null) {
      timers.at(now + open.trouble.failed(reason), () -> effects.add(open.seal()));
    }
  }

  /** The chunk is sealed, or another node's: nothing of it is left here. */
  private void close(OpenChunk open) {
    if (open.batch.openChunks.remove(open.chunk.id()) != null) {
      claims.closed(open);
      effects.add(new Effect.Release(open.chunk));
    }
  }

  private @Nullable OpenChunk openChunk(ChunkId id) {
    ActiveBatch batch = batches.get(id.batch());
    return batch == null ? null : batch.openChunks.get(id);
  }

  // ---- the life of a line

  private void ended(Line line, Attempt attempt, long now) {
    dispatch.ended(line);
    faults.ended(line, attempt, now);
    settle(line.chunk);
  }

  void suspect(Line line, Lane lane, Answer verdict) {
    line.state = Line.State.SUSPECT;
    line.chunk.busy++;
    lane.suspects.add(new Suspect(line, verdict));
  }

  void append(Line line, Answer answer) {
    dispatch.append(line, answer);
  }

  /** Back to the head of its queue, or nowhere if its batch stops: then it stays unexecuted. */
  void putBack(Line line) {
    line.state = Line.State.WAITING;
    if (line.batch().isRunning()) {
      lanes.pool(line.model).addFirst(line);
    }
  }

  void putBackAlone(Line line) {
    line.state = Line.State.WAITING;
    if (line.batch().isRunning()) {
      lanes.pool(line.model).solo.add(line);
    }
  }

  void putBackLater(Line line, long atMillis) {
    line.state = Line.State.DELAYED;
    timers.at(atMillis, () -> putBack(line));
  }

  void probe(Lane lane) {
    lane.isProbing = true;
    effects.add(new Effect.Probe(lane.upstream.index, lane.model));
  }

  void say(String message) {
    effects.add(new Effect.Say(message));
  }

  private void appended(List<Pending> answers, Set<ChunkId> refused) {
    for (Pending pending : answers) {
      Line line = pending.line();
      boolean isRefused = refused.contains(line.chunk.chunk.id());
      dispatch.appended(pending, isRefused);
      if (isRefused) {
        lose(line.chunk);
      } else {
        line.state = Line.State.DONE;
        line.chunk.trouble.over();
        line.chunk.remaining--;
        line.batch().count(pending.answer());
        claims.answered(line.chunk, pending.answer().bytes());
        settle(line.chunk);
      }
    }
  }

  /** Another node owns the chunk: its waiting lines are none of ours. */
  private void lose(OpenChunk open) {
    claims.sealing(open);
    for (BatchQueue queue : List.copyOf(open.batch.queues.values())) {
      queue.pool.dropChunk(queue, open);
    }
    close(open);
  }
}
