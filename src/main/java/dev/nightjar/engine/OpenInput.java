package dev.nightjar.engine;

import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ContentReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A batch and its open input, for those who carry effects out.
 *
 * @param unread chunks that are claimed and whose lines could not be read yet; its one claim at a
 *     time uses it
 * @param lastClaimed the number of the last chunk that was claimed; its one claim at a time uses it
 * @param isClaimKnown false from a claim on until its outcome is known; the same
 * @param isInputLost whether that was said already, of lines that end without their custom_id
 */
record OpenInput(
    Batch batch,
    ContentReader input,
    Deque<Chunk> unread,
    AtomicInteger lastClaimed,
    AtomicBoolean isClaimKnown,
    AtomicBoolean isInputLost)
    implements AutoCloseable {
  OpenInput(Batch batch, ContentReader input) {
    this(
        batch,
        input,
        new ArrayDeque<>(),
        new AtomicInteger(-1),
        new AtomicBoolean(true),
        new AtomicBoolean());
  }

  AnswerLine answerLine(long line, Bytes customId) {
    return new AnswerLine(batch.id(), line, customId);
  }

  String name(ChunkId chunk) {
    return "chunk %d of %s".formatted(chunk.number(), batch.id());
  }

  @Override
  public void close() {
    input.close();
  }
}
