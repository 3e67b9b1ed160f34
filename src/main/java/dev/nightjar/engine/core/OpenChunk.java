package dev.nightjar.engine.core;

import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.health.Scope;
import dev.nightjar.engine.health.Tries;
import dev.nightjar.engine.health.Unjudged.Sent;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chunk that this node owns, from its claim to its seal, and the life of its lines: what happens
 * to one is told to its chunk, which counts. Engine thread only.
 */
final class OpenChunk implements Serializable {
  final ActiveBatch batch;
  final Chunk chunk;

  /** What keeps its lines from being sent, or the chunk from being sealed. */
  final Backoff backoff = new Backoff();

  /** Those without an answer at the claim; none if its batch stopped by then. */
  private final List<Line> lines = new ArrayList<>();

  private Phase phase = Phase.OPEN;
  private boolean isBegun;
  private long answerBytes;

  /** Its lines of which a call is under way. */
  private int calls;

  private boolean isInputClosed;

  /** Lines whose answer is not durable. */
  private int remaining;

  /** Of which a call or an append is under way, or that are not judged. */
  private int busy;

  private enum Phase {
    OPEN,
    /** Its set of answers is final, and being written. */
    SEALING,
    /** It is sealed, or another node's. */
    GONE
  }

  /** One request on its way to an answer. It holds where its bytes are, never the bytes. */
  static final class Line implements Comparable<Line>, Serializable {
    final OpenChunk chunk;
    final int index;
    final LineSpan span;
    final String model;

    private State state = State.WAITING;
    private int localFaults;
    private @Nullable Lane lane;
    private @Nullable Scope scope;
    private @Nullable Tries tries;
    private long order;
    private long sentAtMillis;
    private boolean isSentAsSuspect;

    enum State {
      WAITING,
      DELAYED,
      IN_FLIGHT,
      /** Its call failed, and whose fault that was is not known yet. */
      UNJUDGED,
      APPENDING,
      DONE
    }

    Line(OpenChunk chunk, int index, LineSpan span, String model) {
      this.chunk = chunk;
      this.index = index;
      this.span = span;
      this.model = model;
    }

    LineId id() {
      return new LineId(chunk.chunk.id(), chunk.chunk.epoch(), index);
    }

    /** Tells it from all other lines that are open. */
    long key() {
      return chunk.batch.id() << 32 ^ number();
    }

    /** Its place in the whole batch. */
    long number() {
      return chunk.chunk.firstLine() + index;
    }

    State state() {
      return state;
    }

    boolean wasSent() {
      return lane != null;
    }

    /** The lane that it was sent on last. */
    Lane lane() {
      if (lane == null) {
        throw new IllegalStateException("never sent: " + this);
      }
      return lane;
    }

    /** The same for its url. */
    Scope scope() {
      return Objects.requireNonNull(scope);
    }

    /** Its last call, in the order of those of its scope. */
    Sent sent() {
      return new Sent(id(), key(), order, sentAtMillis);
    }

    /** That was ok. */
    void ok(int slots, long now) {
      scope().ok(key(), order, slots, now);
      lane().throttle.answered(now - sentAtMillis, slots);
    }

    /** It was one of few then. */
    boolean isSentAsSuspect() {
      return isSentAsSuspect;
    }

    /** What speaks against it. */
    Tries tries() {
      Tries known = tries == null ? new Tries() : tries;
      tries = known;
      return known;
    }

    /** Calls may have broken because of it: few such lines are sent at a time. */
    boolean isSuspect() {
      return tries != null && tries.isSuspect();
    }

    @Override
    public int compareTo(Line other) {
      return Long.compare(number(), other.number());
    }

    @Override
    public String toString() {
      return id() + " " + state;
    }
  }

  OpenChunk(ActiveBatch batch, ClaimedChunk claimed) {
    this.batch = batch;
    this.chunk = claimed.chunk();
    this.isBegun = !claimed.held().isEmpty();
    this.answerBytes = claimed.heldBytes();
    this.remaining = chunk.lines() - claimed.held().cardinality();
    for (int i = 0; batch.isRunning() && i < claimed.lines().size(); i++) {
      if (!claimed.held().get(i)) {
        ClaimedLine line = claimed.lines().get(i);
        lines.add(new Line(this, i, line.span(), line.model()));
      }
    }
  }

  List<Line> lines() {
    return lines;
  }

  Optional<Line> line(int index) {
    return lines.stream().filter(line -> line.index == index).findFirst();
  }

  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  boolean isSealing() {
    return phase == Phase.SEALING;
  }

  boolean isGone() {
    return phase == Phase.GONE;
  }

  /** One of its lines was sent or answered: from then on it is completed before others begin. */
  boolean isBegun() {
    return isBegun;
  }

  /** Of its durable answers. */
  long answerBytes() {
    return answerBytes;
  }

  // ---- the life of a line

  void sent(Line line, Lane lane, long now) {
    Scope scope = lane.scope(batch.run.url());
    line.state = Line.State.IN_FLIGHT;
    line.lane = lane;
    line.scope = scope;
    line.order = scope.sent();
    line.sentAtMillis = now;
    line.isSentAsSuspect = line.isSuspect();
    isBegun = true;
    calls++;
    addBusy(1);
  }

  private void addBusy(int more) {
    busy += more;
    batch.addBusy(more);
  }

  /** Its call has ended; what follows is told next. */
  void ended() {
    calls--;
    addBusy(-1);
  }

  void held(Line line) {
    line.state = Line.State.UNJUDGED;
    busy++;
  }

  /** It is judged; what follows is told next. */
  void released() {
    busy--;
  }

  void waits(Line line) {
    line.state = Line.State.WAITING;
  }

  void delayed(Line line) {
    line.state = Line.State.DELAYED;
  }

  void appending(Line line) {
    line.state = Line.State.APPENDING;
    addBusy(1);
  }

  void appended(Line line, long bytes) {
    line.state = Line.State.DONE;
    addBusy(-1);
    remaining--;
    answerBytes += bytes;
    backoff.over();
  }

  /** Its answer was not taken: the chunk is another node's. */
  void refused() {
    addBusy(-1);
  }

  /** Our own disk keeps it from being answered; how often it did before. */
  int metLocalFault(Line line) {
    return line.localFaults++;
  }

  // ---- its own life

  /** Complete, or nothing under way in a batch that stops: then its set of answers is final. */
  boolean canSeal() {
    return isOpen() && busy == 0 && (remaining == 0 || batch.ending() != null);
  }

  void sealing() {
    phase = Phase.SEALING;
  }

  void gone() {
    phase = Phase.GONE;
  }

  /** True once: when no call reads its lines any more, nor ever will. */
  boolean closeInput() {
    boolean isNew = calls == 0 && !isInputClosed;
    isInputClosed |= isNew;
    return isNew;
  }

  /** Lines without an answer get the error of the batch's ending. */
  Effect seal() {
    return new Effect.Seal(chunk, remaining == 0 ? null : batch.ending());
  }
}
