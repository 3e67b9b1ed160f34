package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.Event.Pending;
import java.util.function.Consumer;

/**
 * Sends waiting lines to lanes with room, while the answers that are not yet durable stay within
 * their bound. A slot is free when its answer has been read, not when that is durable. Part of the
 * engine: its thread only.
 */
final class Dispatch {
  private final EngineLimits limits;
  private final Consumer<Effect> effects;
  private int inFlight;
  private int unappended;
  private long unappendedBytes;

  Dispatch(EngineLimits limits, Consumer<Effect> effects) {
    this.limits = limits;
    this.effects = effects;
  }

  /** Nothing is under way: no call, no append. */
  boolean isQuiet() {
    return inFlight == 0 && unappended == 0;
  }

  void send(Lanes lanes) {
    for (Pool pool : lanes.inTurn()) {
      while (unappendedBytes <= limits.bounds().unappendedBytes() && sendOne(pool)) {
        // Until the pool is empty or its lanes are full.
      }
    }
  }

  private boolean sendOne(Pool pool) {
    Lane lane = pool.laneWithRoom();
    if (lane == null) {
      return false;
    }
    if (!pool.solo.isEmpty()) {
      // Everything else waits until its lane is empty: it has been at too many outages.
      if (lane.isFreeForOneAlone()) {
        lane.solo = pool.solo.removeFirst();
        send(lane.solo, lane);
      }
      return false;
    }
    if (!pool.hasWaiting()) {
      return false;
    }
    send(pool.take(), lane);
    return true;
  }

  private void send(Line line, Lane lane) {
    line.state = Line.State.IN_FLIGHT;
    line.chunk.busy++;
    inFlight++;
    lane.sent(line);
    effects.accept(new Effect.Send(line, lane.upstream.index));
  }

  void ended(Line line) {
    inFlight--;
    line.chunk.busy--;
  }

  void append(Line line, Answer answer) {
    line.state = Line.State.APPENDING;
    line.chunk.busy++;
    unappended++;
    upstream(line).unappended++;
    unappendedBytes += answer.bytesInMemory();
    effects.accept(new Effect.Append(line, answer));
  }

  void appended(Pending pending) {
    unappended--;
    upstream(pending.line()).unappended--;
    unappendedBytes -= pending.answer().bytesInMemory();
    pending.line().chunk.busy--;
  }

  private static Lane.UpstreamState upstream(Line line) {
    if (line.lane == null) {
      throw new IllegalStateException("answered without being sent: " + line);
    }
    return line.lane.upstream;
  }
}
