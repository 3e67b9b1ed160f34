package dev.nightjar.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream at newlines. A line is a view of the reader's buffer, valid until the next one is
 * asked for; memory is bounded by the longest line allowed.
 */
public final class JsonLines implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final InputStream in;
  private final int lineBytesMax;
  private final LongLines longLines;
  private boolean isLong;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;
  private long bufferOffset;
  private boolean isAtEnd;

  private Bytes line = Bytes.EMPTY;
  private long lineOffset;
  private long lineEnd;
  private long number;
  private boolean isTooLong;

  public JsonLines(InputStream in, int lineBytesMax) {
    this(in, lineBytesMax, LongLines.ANY);
  }

  /** Waits for its turn at {@code longLines} before a line takes much memory. */
  public JsonLines(InputStream in, int lineBytesMax, LongLines longLines) {
    this(in, lineBytesMax, longLines, Place.BEGINNING);
  }

  /** {@code in} goes on behind that place. */
  public JsonLines(InputStream in, int lineBytesMax, LongLines longLines, Place behind) {
    this.in = in;
    this.lineBytesMax = lineBytesMax;
    this.longLines = longLines;
    this.bufferOffset = behind.bytes;
    this.lineEnd = behind.bytes;
    this.number = behind.lines;
  }

  /** So far a file was read: to the end of a line. */
  public record Place(long bytes, long lines) {
    public static final Place BEGINNING = new Place(0, 0);
  }

  /** The place behind the line. */
  public Place place() {
    return new Place(lineEnd, number);
  }

  /** Moves to the next line; false at the end. A last line without a newline is a line. */
  public boolean next() throws IOException {
    int newline = findNewline();
    if (newline < 0 && start == end) {
      return false;
    }
    int lineEndIndex = newline < 0 ? end : newline;
    lineOffset = bufferOffset + start;
    lineEnd = bufferOffset + lineEndIndex + (newline < 0 ? 0 : 1);
    boolean hasReturn = lineEndIndex > start && buffer[lineEndIndex - 1] == '\r';
    line = new Bytes(buffer, start, lineEndIndex - start - (hasReturn ? 1 : 0));
    isTooLong = line.length() > lineBytesMax;
    number++;
    if (isTooLong) {
      line = Bytes.EMPTY;
      skipRestOfLine(newline);
    } else {
      start = newline < 0 ? end : newline + 1;
    }
    return true;
  }

  /** Without its newline and the carriage return before it; empty when it is too long. */
  public Bytes line() {
    return line;
  }

  public boolean isTooLong() {
    return isTooLong;
  }

  /** Nothing but spaces and tabs, and not too long. */
  public boolean isBlank() {
    if (isTooLong) {
      return false;
    }
    for (int i = 0; i < line.length(); i++) {
      byte b = line.at(i);
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /** The line's number in the file, from 1, blank lines counted. */
  public long number() {
    return number;
  }

  /** Where the line begins in the stream. */
  public long offset() {
    return lineOffset;
  }

  /** Where the next line begins. */
  public long end() {
    return lineEnd;
  }

  /** The newline's index in the buffer, reading more as needed; -1 at the end or past the limit. */
  private int findNewline() throws IOException {
    int searched = start;
    while (true) {
      for (int i = searched; i < end; i++) {
        if (buffer[i] == '\n') {
          return i;
        }
      }
      searched = end;
      if (isAtEnd || end - start > lineBytesMax + 1) {
        return -1;
      }
      searched -= makeRoom();
      int n = in.read(buffer, end, buffer.length - end);
      if (n < 0) {
        isAtEnd = true;
      } else {
        end += n;
      }
    }
  }

  /** Moves what is left to the front, or grows; returns by how much indexes moved. */
  private int makeRoom() {
    int moved = 0;
    if (start > 0 && (end == buffer.length || start == end)) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      moved = start;
      bufferOffset += start;
      end -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (!isLong && buffer.length >= LongLines.SHORT_BYTES_MAX) {
        longLines.begin();
        isLong = true;
      }
      int limit = Math.max(BUFFER_BYTES, lineBytesMax + 2);
      buffer = Arrays.copyOf(buffer, (int) Math.min((long) buffer.length * 2, limit));
    }
    return moved;
  }

  /** Gives its turn at long lines to others; the stream stays open. */
  @Override
  public void close() {
    if (isLong) {
      isLong = false;
      longLines.end();
    }
  }

  private void skipRestOfLine(int newline) throws IOException {
    int found = newline;
    while (found < 0 && !isAtEnd) {
      bufferOffset += end;
      start = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
      isAtEnd = end == 0;
      for (int i = 0; i < end && found < 0; i++) {
        found = buffer[i] == '\n' ? i : -1;
      }
    }
    start = found < 0 ? end : found + 1;
    lineEnd = bufferOffset + start;
  }
}
