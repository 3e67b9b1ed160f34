package dev.nightjar.engine;

import org.jspecify.annotations.Nullable;

/**
 * One request of an open chunk on its way to an answer. It holds where its bytes are, never the
 * bytes. Only the engine's thread changes it; other threads read its final fields.
 */
final class Line {
  final OpenChunk chunk;
  final int index;
  final LineSpan span;
  final String model;

  State state = State.WAITING;
  int attempts;
  int outages;

  /** Times that our own disk kept it from being answered. */
  int localFaults;

  /** It was sent alone, because it was there at outages. */
  boolean isAlone;

  @Nullable Lane lane;
  int laneGeneration;

  enum State {
    WAITING,
    DELAYED,
    IN_FLIGHT,
    /** Its call failed in a way that a probe of the upstream has to explain. */
    SUSPECT,
    APPENDING,
    DONE
  }

  Line(OpenChunk chunk, int index, LineSpan span, String model) {
    this.chunk = chunk;
    this.index = index;
    this.span = span;
    this.model = model;
  }

  /** Its place in the whole batch, from 0. */
  long number() {
    return chunk.chunk.firstLine() + index;
  }

  ActiveBatch batch() {
    return chunk.batch;
  }

  @Override
  public String toString() {
    return chunk.chunk.id() + ":" + index + " " + state;
  }
}
