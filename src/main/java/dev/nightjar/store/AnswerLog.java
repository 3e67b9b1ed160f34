package dev.nightjar.store;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * Holds the answers that are not yet sealed: the point where an answer is safe. Rules R1, R3 and R5
 * of docs/design.md: append is insert-only and fenced by (chunk, epoch), the first answer of a line
 * wins, and the log forgets a chunk only after the database has marked it sealed.
 */
public interface AnswerLog extends AutoCloseable {
  /**
   * Makes {@code epoch} the only one that may append to this chunk. Returns the lines (index in the
   * chunk) that have an answer already: from now on that set grows by this epoch alone.
   */
  BitSet take(ChunkId chunk, long epoch) throws IOException;

  /**
   * Adds a group of answers, durable on return, and returns the chunks whose entries were refused,
   * because their epoch is not the current one. One thread at a time. After an exception the
   * outcome is unknown and the caller repeats the whole group: double entries do no harm.
   */
  Set<ChunkId> append(List<Entry> group) throws IOException;

  /**
   * Visits the first answer of each line of the chunk, in line order; returns how many were
   * doubles.
   */
  int read(ChunkId chunk, Visitor visitor) throws IOException;

  /** Drops a chunk that is sealed. Unknown chunks are no error: it may be called twice. */
  void forget(ChunkId chunk) throws IOException;

  Figures figures();

  @Override
  void close() throws IOException;

  /**
   * What it holds, and has done since it was opened.
   *
   * @param bytes that it takes of the disk
   * @param forces how often a group was made durable
   */
  record Figures(long bytes, long forces, long forceNanos) {}

  /**
   * One answer.
   *
   * @param line index of the line in its chunk, from 0
   */
  record Entry(ChunkId chunk, long epoch, int line, Answer answer) {}

  /** The log cannot be trusted any more (a failed fsync): the process must end and recover. */
  final class BrokenException extends IOException {
    private static final long serialVersionUID = 1;

    public BrokenException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Receives answers in line order. */
  interface Visitor {
    void answer(int line, Answer answer) throws IOException;
  }
}
