package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.Manifest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A batch that runs, for those who carry effects out.
 *
 * @param input what its input file is made of
 * @param unread chunks that are claimed and whose lines could not be read yet; its one claim at a
 *     time uses it
 * @param lastClaimed the number of the last chunk that was claimed; its one claim at a time uses it
 * @param isClaimKnown false from a claim on until its outcome is known; the same
 * @param isInputLost whether that was said already, of lines that end without their custom_id
 */
record RunningBatch(
    Batch batch,
    Manifest input,
    Deque<Chunk> unread,
    AtomicInteger lastClaimed,
    AtomicBoolean isClaimKnown,
    AtomicBoolean isInputLost) {
  RunningBatch(Batch batch, Manifest input) {
    this(
        batch,
        input,
        new ArrayDeque<>(),
        new AtomicInteger(-1),
        new AtomicBoolean(true),
        new AtomicBoolean());
  }

  String name(ChunkId chunk) {
    return "chunk %d of %s".formatted(chunk.number(), batch.id());
  }
}
