package dev.nightjar.store;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a claimed chunk's lines, from its claim on until it is closed. Positions are those
 * in the whole file. Any thread may read; whoever closes it sees to it that nobody does any more.
 */
public interface ChunkInput extends AutoCloseable {
  /** Exactly {@code count} bytes from {@code position} on. */
  byte[] read(long position, int count) throws IOException;

  /** Fills {@code count} bytes of {@code buffer}, from its beginning. */
  void readFully(long position, byte[] buffer, int count) throws IOException;

  /** All of them, as a stream that needs no closing. */
  InputStream stream() throws IOException;

  @Override
  void close();
}
