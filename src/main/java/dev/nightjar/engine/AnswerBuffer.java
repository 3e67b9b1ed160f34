package dev.nightjar.engine;

import dev.nightjar.batch.AnswerBody;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.upstream.Upstream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes an answer's bytes: in memory as long as it is small and the shared budget lasts, in an
 * object of its own from then on. One call's thread only, but for the budget.
 */
final class AnswerBuffer implements Upstream.Sink, AutoCloseable {
  private static final int HEAD_BYTES = 2_048;
  static final int FREE_BYTES = LineSpan.ANSWER_BYTES;
  private static final int MEMORY_BYTES_MAX = 1 << 20;

  private final ObjectStore objects;
  private final String spoolKey;
  private final long bytesMax;
  private final Budget budget;

  private byte[] buffer = new byte[HEAD_BYTES];
  private int kept;
  private long length;
  private int reserved;
  private ObjectStore.@Nullable Writer spool;

  /** Bytes that all buffers together may hold beyond a small share each. */
  static final class Budget {
    private final AtomicLong left;
    private final long bytesMax;

    Budget(long bytes) {
      bytesMax = bytes;
      left = new AtomicLong(bytes);
    }

    boolean take(int bytes) {
      if (left.addAndGet(-bytes) < 0) {
        left.addAndGet(bytes);
        return false;
      }
      return true;
    }

    long used() {
      return bytesMax - left.get();
    }

    void give(int bytes) {
      left.addAndGet(bytes);
    }
  }

  AnswerBuffer(ObjectStore objects, String spoolKey, long bytesMax, Budget budget) {
    this.objects = objects;
    this.spoolKey = spoolKey;
    this.bytesMax = bytesMax;
    this.budget = budget;
  }

  @Override
  public void restart() throws IOException {
    close();
    spool = null;
    buffer = new byte[HEAD_BYTES];
    kept = 0;
    length = 0;
  }

  @Override
  public boolean accept(byte[] bytes, int offset, int count) throws IOException {
    if (length + count > bytesMax) {
      return false;
    }
    if (spool == null && !makeRoom(kept + count)) {
      beginSpool();
    }
    if (spool != null) {
      spool.write(bytes, offset, count);
    }
    int fitting = Math.min(count, buffer.length - kept);
    System.arraycopy(bytes, offset, buffer, kept, fitting);
    kept += fitting;
    length += count;
    return true;
  }

  /** Moves what came so far to the object; only its head stays, for messages. */
  private void beginSpool() throws IOException {
    spool = objects.create(spoolKey);
    spool.write(buffer, 0, kept);
    buffer = Arrays.copyOf(buffer, HEAD_BYTES);
    kept = Math.min(kept, HEAD_BYTES);
    giveBack();
  }

  private boolean makeRoom(int needed) {
    if (needed <= buffer.length) {
      return true;
    }
    int size = Math.max(needed, Math.min(buffer.length * 2, MEMORY_BYTES_MAX));
    int more = size <= FREE_BYTES ? 0 : size - reserved;
    if (size > MEMORY_BYTES_MAX || !budget.take(more)) {
      return false;
    }
    reserved += more;
    buffer = Arrays.copyOf(buffer, size);
    return true;
  }

  boolean isSpooled() {
    return spool != null;
  }

  long length() {
    return length;
  }

  /** The whole answer, if it is in memory; else its beginning. */
  Bytes bytes() {
    return new Bytes(buffer, 0, kept);
  }

  String spoolKey() {
    return spoolKey;
  }

  /** Makes a spooled answer durable, and reads what it says of itself. */
  Optional<AnswerBody> commitSpool() throws IOException {
    if (spool == null) {
      throw new IllegalStateException("not spooled");
    }
    spool.commit();
    try (ObjectStore.Reader reader = objects.open(spoolKey)) {
      return AnswerBody.read(reader.stream(0, reader.length()));
    }
  }

  /** Gives back what it reserved. The bytes taken from it stay valid. */
  @Override
  public void close() throws IOException {
    giveBack();
    if (spool != null) {
      spool.close();
    }
  }

  private void giveBack() {
    budget.give(reserved);
    reserved = 0;
  }
}
