package dev.nightjar.engine;

import dev.nightjar.batch.Chunk;
import java.util.ArrayList;
import java.util.List;

/** A chunk that this node owns, from its claim to its seal. Engine thread only. */
final class OpenChunk {
  final ActiveBatch batch;
  final Chunk chunk;

  /** Those without an answer at the claim. */
  final List<Line> lines = new ArrayList<>();

  /** What keeps its lines from being sent, or the chunk from being sealed. */
  final Trouble trouble = new Trouble();

  /** One of its lines was sent or answered: from then on it is completed before others begin. */
  boolean isBegun;

  /** Of its durable answers. */
  long answerBytes;

  /** Lines whose answer is not durable. */
  int remaining;

  /** Lines of which a call or an append is under way. */
  int busy;

  boolean isSealing;

  OpenChunk(ActiveBatch batch, Chunk chunk) {
    this.batch = batch;
    this.chunk = chunk;
  }

  /** Complete, or nothing under way in a batch that stops: then its set of answers is final. */
  boolean canSeal() {
    return !isSealing && busy == 0 && (remaining == 0 || batch.ending != null);
  }

  /** Lines without an answer get the error of the batch's ending. */
  Effect seal() {
    return new Effect.Seal(chunk, remaining == 0 ? null : batch.ending);
  }
}
