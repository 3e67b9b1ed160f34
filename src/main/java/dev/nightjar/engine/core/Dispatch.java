package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends waiting lines to lanes with room, while the memory of calls and that of answers that are
 * not yet durable stay within their bounds. A slot is free when its answer has been read, not when
 * that is durable. Part of the engine: its thread only.
 */
final class Dispatch implements Serializable {
  private final EngineLimits limits;
  private final UnderWay underWay;
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
  private long wakeMillis = Long.MAX_VALUE;

  /** Its next line waits for memory: no other model's goes before that one. */
  private @Nullable ModelQueue first;

  Dispatch(EngineLimits limits, UnderWay underWay, Consumer<Effect> effects) {
    this.limits = limits;
    this.underWay = underWay;
    this.effects = effects;
  }

  /** Nothing is under way: no call, no append. */
  boolean isQuiet() {
    return inFlight == 0 && unappended == 0;
  }

  void send(Lanes lanes, Claims claims, long now) {
    ModelQueue waited = first;
    first = null;
    if (waited != null && mayAnswer()) {
      var _ = sendOne(waited, claims, now);
    }
    for (ModelQueue model : lanes.inTurn()) {
      while (first == null && mayAnswer() && sendOne(model, claims, now)) {
        // Until its queue is empty, its lanes are full, or a bound is reached.
      }
    }
    wakeMillis = Long.MAX_VALUE;
    for (ModelQueue model : lanes.all()) {
      wakeMillis = Math.min(wakeMillis, model.wakeMillis(now));
    }
  }

  /** Nothing is sent for now. */
  void rest() {
    wakeMillis = Long.MAX_VALUE;
  }

  /** When the pace of an upstream lets another line be sent. */
  long nextMillis() {
    return wakeMillis;
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

  private boolean sendOne(ModelQueue model, Claims claims, long now) {
    if (!model.hasRoom(now)) {
      return false;
    }
    Line suspect = model.nextSuspect(now);
    if (suspect != null && fits(suspect, model)) {
      return send(model.takeSuspect(suspect), model.laneFor(suspect, now), now);
    }
    ActiveBatch batch = next(model, claims, now);
    if (batch == null || !fits(model.first(batch), model)) {
      return false;
    }
    Lane lane = model.laneFor(model.first(batch), now);
    return send(model.take(batch), lane, now);
  }

  /**
   * While too many answers are not sealed, no chunk is begun, but for one when nothing is under way
   * that could bring others to their end.
   */
  private @Nullable ActiveBatch next(ModelQueue model, Claims claims, long now) {
    ActiveBatch batch = claims.isFull() ? model.nextBegun(now) : model.next(now);
    return batch == null && claims.isStuck() && isQuiet() ? model.next(now) : batch;
  }

  /** A call that alone takes more than all may is made when nothing else is in flight. */
  private boolean fits(Line line, ModelQueue model) {
    boolean fits =
        inFlight == 0 || requestBytes + line.span.callBytes() <= limits.bounds().requestBytes();
    if (!fits) {
      first = model;
    }
    return fits;
  }

  /** True, as one was sent. */
  private boolean send(Line line, @Nullable Lane lane, long now) {
    Objects.requireNonNull(lane);
    if (line.wasSent()) {
      retried++;
    }
    if (line.isSuspect()) {
      lane.upstream.cuts.suspectSent();
    }
    line.chunk.sent(line, lane, now);
    line.chunk.batch.calls.sent();
    lane.sent(line.span, now);
    inFlight++;
    calls++;
    requestBytes += line.span.callBytes();
    underWay.add(line);
    effects.accept(
        new Effect.Send(
            line.id(),
            line.number(),
            line.span,
            lane.upstream.index,
            line.model,
            lane.otherName()));
    return true;
  }

  /** The line whose call that was. */
  Line ended(LineId id) {
    Line line = underWay.take(id);
    line.chunk.batch.calls.ended();
    inFlight--;
    requestBytes -= line.span.callBytes();
    line.chunk.ended();
    return line;
  }

  void append(Line line, Answer answer) {
    line.chunk.appending(line);
    line.lane().upstream.appending();
    unappended++;
    unappendedBytes += answer.bytesInMemory();
    underWay.add(line);
    effects.accept(new Effect.Append(line.id(), answer));
  }

  /** The line whose answer that is. */
  Line appended(Pending pending, boolean isRefused) {
    Line line = underWay.take(pending.line());
    if (isRefused) {
      refused++;
    } else if (pending.answer().isSuccess()) {
      completed++;
    } else {
      failed++;
    }
    line.lane().upstream.appended();
    unappended--;
    unappendedBytes -= pending.answer().bytesInMemory();
    return line;
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
}
