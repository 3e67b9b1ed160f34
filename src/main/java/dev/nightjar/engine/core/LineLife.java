package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The life of a line from its first call on: what its outcome means is decided by {@link Faults}
 * and done here. Engine thread only.
 */
final class LineLife implements Serializable {
  private final ActiveBatches batches;
  private final Lanes lanes;
  private final Claims claims;
  private final Dispatch dispatch;
  private final Faults faults;
  private final ChunkLife chunks;
  private final Timers timers;
  private final Consumer<Effect> effects;

  /** What lines go through. */
  record Ways(Lanes lanes, Claims claims, Dispatch dispatch, Faults faults) {}

  LineLife(
      ActiveBatches batches, Ways ways, ChunkLife chunks, Timers timers, Consumer<Effect> effects) {
    this.batches = batches;
    this.lanes = ways.lanes;
    this.claims = ways.claims;
    this.dispatch = ways.dispatch;
    this.faults = ways.faults;
    this.chunks = chunks;
    this.timers = timers;
    this.effects = effects;
  }

  void ended(LineId id, CallOutcome attempt, long now) {
    Line line = dispatch.ended(id);
    carryOut(faults.ended(line, attempt, now));
    chunks.settle(line.chunk);
  }

  void controlled(Event.Controlled controlled, long now) {
    carryOut(faults.controlled(controlled, now));
  }

  /** What changes by itself as time passes. */
  void pass(long now) {
    carryOut(faults.pass(now));
  }

  /** A batch stops: its lines that are not judged have not run. */
  void drop(ActiveBatch batch) {
    carryOut(faults.drop(batch));
  }

  /** A line that failed may be sent again, if it is still ours. */
  void sendAgain(LineId id) {
    batches.line(id).ifPresent(this::putBack);
  }

  private void carryOut(List<Decision> decisions) {
    for (Decision decision : decisions) {
      switch (decision) {
        case Decision.Append(Line line, Answer answer) -> dispatch.append(line, answer);
        case Decision.PutBack(Line line) -> putBack(line);
        case Decision.PutBackLater(Line line, long atMillis) -> putBackLater(line, atMillis);
        case Decision.Hold(Line line) -> line.chunk.held(line);
        case Decision.Release(Line line) -> line.chunk.released();
      }
    }
    for (Decision decision : decisions) {
      if (decision instanceof Decision.Release(Line line)) {
        chunks.settle(line.chunk);
      }
    }
  }

  /** Back to its place in its queue, or nowhere if its batch stops: then it stays unexecuted. */
  private void putBack(Line line) {
    line.chunk.waits(line);
    if (isSendable(line)) {
      lanes.queue(line.model).add(line);
    }
  }

  /** One that is not waits for nothing any more. */
  private static boolean isSendable(Line line) {
    return line.chunk.batch.isRunning() && line.chunk.isOpen();
  }

  private void putBackLater(Line line, long atMillis) {
    line.chunk.delayed(line);
    timers.at(atMillis, new Due.SendAgain(line.id()));
  }

  void appended(List<Pending> answers, Set<ChunkId> refused) {
    for (Pending pending : answers) {
      boolean isRefused = refused.contains(pending.line().chunk());
      Line line = dispatch.appended(pending, isRefused);
      ActiveBatch batch = line.chunk.batch;
      if (isRefused || batch.hasEnded()) {
        line.chunk.refused();
        chunks.lose(line.chunk);
      } else {
        line.chunk.appended(line, pending.answer().bytes());
        batch.count(pending.answer());
        claims.answered(pending.answer().bytes());
        chunks.settle(line.chunk);
      }
    }
  }

  /** Calls of a stopping batch have had their time. */
  void abortCalls(ActiveBatch batch) {
    for (OpenChunk chunk : batches.chunks(batch)) {
      for (Line line : chunk.lines()) {
        if (line.state() == Line.State.IN_FLIGHT) {
          effects.accept(new Effect.Abort(line.id()));
        }
      }
    }
  }
}
