package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.OneLine;
import dev.nightjar.engine.ChunkLoader.Tally;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * The output and the error object of one chunk while they are written, and what they hold. If the
 * process dies meanwhile, they are orphans, and the chunk's next epoch has objects of its own.
 */
final class ChunkObjects implements AutoCloseable {
  private final ObjectStore objects;
  private final BatchId batch;
  private final Chunk chunk;
  private final NavigableMap<Integer, Answer> unexecuted;
  private final Tally tally = new Tally();
  private final List<String> spools = new ArrayList<>();
  private ObjectStore.@Nullable Writer output;
  private ObjectStore.@Nullable Writer error;
  private int lines;

  /**
   * What a chunk was written as.
   *
   * @param spools what was copied into them
   */
  record Written(ChunkStore.Seal seal, List<String> objects, List<String> spools) {}

  /** {@code unexecuted}: the answers of lines that have none in the log. */
  ChunkObjects(
      ObjectStore objects, BatchId batch, Chunk chunk, NavigableMap<Integer, Answer> unexecuted) {
    this.objects = objects;
    this.batch = batch;
    this.chunk = chunk;
    this.unexecuted = unexecuted;
  }

  /** In the order of lines. */
  void answered(int line, Answer answer) throws IOException {
    while (!unexecuted.isEmpty() && unexecuted.firstKey() < line) {
      write(unexecuted.pollFirstEntry().getValue());
    }
    tally.add(answer);
    write(answer);
  }

  /** Makes both durable; a line without an answer is an error. */
  void finish() throws IOException {
    while (!unexecuted.isEmpty()) {
      write(unexecuted.pollFirstEntry().getValue());
    }
    if (lines != chunk.lines()) {
      throw new IOException(
          "chunk %s has answers for %d of %d lines".formatted(chunk.id(), lines, chunk.lines()));
    }
    if (output != null) {
      output.commit();
    }
    if (error != null) {
      error.commit();
    }
  }

  Written written() {
    var seal =
        new ChunkStore.Seal(
            chunk.id(),
            chunk.epoch(),
            output == null ? 0 : output.bytesWritten(),
            error == null ? 0 : error.bytesWritten(),
            tally.completed,
            tally.failed,
            tally.usage);
    return new Written(seal, List.of(outputKey(), errorKey()), spools);
  }

  private String outputKey() {
    return ObjectKeys.output(batch, chunk.id().number(), chunk.epoch());
  }

  private String errorKey() {
    return ObjectKeys.error(batch, chunk.id().number(), chunk.epoch());
  }

  private void write(Answer answer) throws IOException {
    OutputStream out = answer.isSuccess() ? output() : error();
    answer.head().writeTo(out);
    if (answer.spool() != null) {
      spools.add(answer.spool());
      copySpool(answer.spool(), answer.spoolBytes(), out);
      answer.tail().writeTo(out);
    }
    out.write('\n');
    lines++;
  }

  private void copySpool(String key, long bytes, OutputStream out) throws IOException {
    try (ObjectStore.Reader spool = objects.open(key)) {
      if (spool.length() != bytes) {
        throw new EOFException(
            "object %s has %d bytes, its answer %d".formatted(key, spool.length(), bytes));
      }
      // Not closed: that would close the object's writer.
      var line = new OneLine(out);
      spool.stream(0, spool.length()).transferTo(line);
    }
  }

  private OutputStream output() throws IOException {
    if (output == null) {
      output = objects.create(outputKey());
    }
    return output;
  }

  private OutputStream error() throws IOException {
    if (error == null) {
      error = objects.create(errorKey());
    }
    return error;
  }

  @Override
  public void close() throws IOException {
    try {
      if (output != null) {
        output.close();
      }
    } finally {
      if (error != null) {
        error.close();
      }
    }
  }
}
