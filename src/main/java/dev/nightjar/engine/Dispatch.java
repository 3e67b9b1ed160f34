package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.Event.Pending;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends waiting lines to lanes with room, while the memory of calls and that of answers that are
 * not yet durable stay within their bounds. A slot is free when its answer has been read, not when
 * that is durable. Part of the engine: its thread only.
 */
final class Dispatch {
  private final EngineLimits limits;
  private final Consumer<Effect> effects;
  private int inFlight;
  private long calls;
  private long retried;
  private long completed;
  private long failed;
  private long refused;
  private long requestBytes;
  private int unappended;
  private long unappendedBytes;

  /** Its next line waits for memory: no other pool's goes before that one. */
  private @Nullable Pool first;

  Dispatch(EngineLimits limits, Consumer<Effect> effects) {
    this.limits = limits;
    this.effects = effects;
  }

  /** Nothing is under way: no call, no append. */
  boolean isQuiet() {
    return inFlight == 0 && unappended == 0;
  }

  void send(Lanes lanes, Claims claims) {
    Pool waited = first;
    first = null;
    if (waited != null && mayAnswer()) {
      var _ = sendOne(waited, claims);
    }
    for (Pool pool : lanes.inTurn()) {
      while (first == null && mayAnswer() && sendOne(pool, claims)) {
        // Until the pool is empty, its lanes are full, or a bound is reached.
      }
    }
  }

  /** What keeps a line from being sent that has a lane with room; null when nothing does. */
  @Nullable String reason() {
    if (!mayAnswer()) {
      return "%d MiB of answers wait to be written, and no more may"
          .formatted(unappendedBytes >> 20);
    }
    return first == null
        ? null
        : "calls in flight take %d MiB, and no more may".formatted(requestBytes >> 20);
  }

  private boolean mayAnswer() {
    return unappendedBytes <= limits.bounds().unappendedBytes();
  }

  private boolean sendOne(Pool pool, Claims claims) {
    Lane lane = pool.laneWithRoom();
    if (lane == null) {
      return false;
    }
    if (!pool.solo.isEmpty()) {
      // Everything else waits until its lane is empty: it has been at too many outages.
      if (lane.isFreeForOneAlone() && fits(pool.solo.getFirst(), pool)) {
        lane.solo = pool.solo.removeFirst();
        send(lane.solo, lane);
      }
      return false;
    }
    BatchQueue queue = next(pool, claims);
    if (queue == null || !fits(queue.ready.getFirst(), pool)) {
      return false;
    }
    send(pool.take(queue), lane);
    return true;
  }

  /**
   * While too many answers are not sealed, no chunk is begun, but for one when nothing is under way
   * that could bring others to their end.
   */
  private @Nullable BatchQueue next(Pool pool, Claims claims) {
    BatchQueue queue = claims.isFull() ? pool.nextBegun() : pool.next();
    return queue == null && claims.isStuck() && isQuiet() ? pool.next() : queue;
  }

  /** A call that alone takes more than all may is made when nothing else is in flight. */
  private boolean fits(Line line, Pool pool) {
    boolean fits =
        inFlight == 0 || requestBytes + line.span.callBytes() <= limits.bounds().requestBytes();
    if (!fits) {
      first = pool;
    }
    return fits;
  }

  private void send(Line line, Lane lane) {
    line.state = Line.State.IN_FLIGHT;
    line.chunk.busy++;
    line.chunk.isBegun = true;
    inFlight++;
    calls++;
    if (line.lane != null) {
      retried++;
    }
    requestBytes += line.span.callBytes();
    lane.sent(line);
    effects.accept(new Effect.Send(line, lane.upstream.index));
  }

  void ended(Line line) {
    inFlight--;
    requestBytes -= line.span.callBytes();
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

  void appended(Pending pending, boolean isRefused) {
    if (isRefused) {
      refused++;
    } else if (pending.answer().isSuccess()) {
      completed++;
    } else {
      failed++;
    }
    unappended--;
    upstream(pending.line()).unappended--;
    unappendedBytes -= pending.answer().bytesInMemory();
    pending.line().chunk.busy--;
  }

  long requestBytes() {
    return requestBytes;
  }

  long unappendedBytes() {
    return unappendedBytes;
  }

  EngineFigures.Done done() {
    return new EngineFigures.Done(calls, retried, completed, failed, refused);
  }

  private static Lane.UpstreamState upstream(Line line) {
    if (line.lane == null) {
      throw new IllegalStateException("answered without being sent: " + line);
    }
    return line.lane.upstream;
  }
}
