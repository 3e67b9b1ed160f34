package dev.nightjar.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A run of bytes inside an array: how bodies travel. Nobody changes the array after hand-over. */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  public Bytes(byte[] array, int offset, int length) {
    if (offset < 0 || length < 0 || offset > array.length - length) {
      throw new IllegalArgumentException(
          "offset %d, length %d in %d bytes".formatted(offset, length, array.length));
    }
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  public static Bytes of(byte[] array) {
    return new Bytes(array, 0, array.length);
  }

  public static Bytes utf8(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  public byte[] array() {
    return array;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  public byte at(int index) {
    return array[offset + index];
  }

  public Bytes slice(int from, int count) {
    return new Bytes(array, offset + from, count);
  }

  /** The same bytes in an array of their own: of an array that somebody goes on using. */
  public Bytes copy() {
    return of(Arrays.copyOfRange(array, offset, offset + length));
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, length);
  }

  public String utf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "Bytes[" + length + "]";
  }
}
