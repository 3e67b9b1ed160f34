package dev.nightjar.engine.message;

import java.io.Serializable;

/**
 * Where a line is in the input file, and its parts in the line.
 *
 * @param offset of the line's first byte in the file
 * @param length of the line, without its newline
 * @param idStart of the custom_id token, quotes included, from the line's first byte
 * @param bodyStart of the body object, from the line's first byte
 * @param modelStart of the body's model token, quotes included, from the line's first byte
 * @param modelLength 0 when the body names no model
 */
public record LineSpan(
    long offset,
    int length,
    int idStart,
    int idLength,
    int bodyStart,
    int bodyLength,
    int modelStart,
    int modelLength)
    implements Serializable {
  /** Of longer lines the body is streamed to the upstream, through a buffer of this size. */
  public static final int COPY_BYTES = 32 * 1024;

  /** What each call may hold of its answer, whatever others do. */
  public static final int ANSWER_BYTES = 16 * 1024;

  private static final int WHOLE_BYTES_MAX = 64 * 1024;

  /** What a call has besides: the connection's two buffers, and the beginning of the answer. */
  private static final int CALL_BYTES = 2 * 8 * 1024 + ANSWER_BYTES;

  /** Whether the whole line is in memory while its call is made. */
  public boolean isReadWhole() {
    return length <= WHOLE_BYTES_MAX;
  }

  /** About as many as its prompt has: four bytes each, as texts in English have. */
  public int tokens() {
    return Math.ceilDiv(bodyLength, 4);
  }

  /** The memory that its call takes, but for an answer that grows large. */
  public int callBytes() {
    return CALL_BYTES + (isReadWhole() ? length : COPY_BYTES + idLength);
  }
}
