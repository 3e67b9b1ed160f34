package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Makes valid JSON one line for every reader: newlines, which can only stand between tokens, become
 * spaces; U+0085, U+2028 and U+2029, which can only stand in strings and at which Python's {@code
 * splitlines()} splits, become escapes.
 */
public final class OneLine extends FilterOutputStream {
  private static final byte[] NEXT_LINE = "\\u0085".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LINE_SEPARATOR = "\\u2028".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PARAGRAPH_SEPARATOR = "\\u2029".getBytes(StandardCharsets.US_ASCII);

  /** Bytes of a character that may be one of the three, held back: C2, E2 or E2 80. */
  private int held;

  public OneLine(OutputStream out) {
    super(out);
  }

  /** The same bytes if they need no change. */
  public static Bytes of(Bytes json) {
    if (!needsChange(json)) {
      return json;
    }
    var out = new ByteArrayOutputStream(json.length() + 64);
    try (var line = new OneLine(out)) {
      json.writeTo(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Bytes.of(out.toByteArray());
  }

  private static boolean needsChange(Bytes json) {
    byte[] array = json.array();
    int end = json.offset() + json.length();
    for (int i = json.offset(); i < end; i++) {
      byte b = array[i];
      if (b == '\n' || b == '\r' || b == (byte) 0xC2 || b == (byte) 0xE2) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void write(byte[] buffer, int offset, int count) throws IOException {
    int end = offset + count;
    int from = offset;
    for (int i = offset; i < end; i++) {
      byte b = buffer[i];
      if (held == 0 && b != '\n' && b != '\r' && b != (byte) 0xC2 && b != (byte) 0xE2) {
        continue;
      }
      out.write(buffer, from, i - from);
      write(b);
      from = i + 1;
    }
    out.write(buffer, from, end - from);
  }

  @Override
  public void write(int value) throws IOException {
    int b = value & 0xFF;
    if (held == 0) {
      first(b);
    } else if (held == 0xC2) {
      held = 0;
      emit(b == 0x85 ? NEXT_LINE : new byte[] {(byte) 0xC2, (byte) b});
    } else if (held == 0xE2) {
      if (b == 0x80) {
        held = 0xE280;
      } else {
        held = 0;
        emit(new byte[] {(byte) 0xE2, (byte) b});
      }
    } else {
      held = 0;
      emit(
          switch (b) {
            case 0xA8 -> LINE_SEPARATOR;
            case 0xA9 -> PARAGRAPH_SEPARATOR;
            default -> new byte[] {(byte) 0xE2, (byte) 0x80, (byte) b};
          });
    }
  }

  private void first(int b) throws IOException {
    if (b == 0xC2 || b == 0xE2) {
      held = b;
    } else {
      out.write(b == '\n' || b == '\r' ? ' ' : b);
    }
  }

  private void emit(byte[] bytes) throws IOException {
    out.write(bytes, 0, bytes.length);
  }
}
