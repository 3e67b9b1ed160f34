package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What one line got: a finished line of the output or error file, without its newline. A large body
 * stays in an object of its own ({@code spool}) and the line is {@code head + that object made one
 * line + tail}; else the line is {@code head} alone.
 *
 * @param isSuccess whether it belongs in the output file; else in the error file
 * @param spool key of the object that holds the body; null when the body is in {@code head}
 * @param spoolBytes how long that object is
 */
public record Answer(
    boolean isSuccess,
    Usage usage,
    Bytes head,
    @Nullable String spool,
    long spoolBytes,
    Bytes tail) {

  public static Answer of(boolean isSuccess, Usage usage, Bytes line) {
    return new Answer(isSuccess, usage, line, null, 0, Bytes.EMPTY);
  }

  /** The same for the error file. */
  public Answer asFailure() {
    return new Answer(false, Usage.NONE, head, spool, spoolBytes, tail);
  }

  /** Bytes of the whole line, about: a spooled body may be a little longer than its object. */
  public long bytes() {
    return bytesInMemory() + spoolBytes;
  }

  /** Bytes held in memory. */
  public int bytesInMemory() {
    return head.length() + tail.length();
  }
}
