package dev.nightjar.engine;

import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ContentReader;

/** A batch and its open input, for those who carry effects out. */
record RunningBatch(Batch batch, ContentReader input) implements AutoCloseable {
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
