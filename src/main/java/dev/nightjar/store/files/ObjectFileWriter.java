package dev.nightjar.store.files;

import dev.nightjar.store.Directories;
import dev.nightjar.store.ObjectStore.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes one object aside and renames it to its place. One thread only. A failed commit is not
 * tried again: what the kernel dropped once stays dropped, so the object is written anew.
 */
final class ObjectFileWriter extends Writer {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path folder;
  private final Path target;
  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long bytes;
  private boolean isCommitted;

  ObjectFileWriter(Path folder, String name, Path file) throws IOException {
    this.folder = folder;
    this.target = folder.resolve(name);
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      flushBuffer();
    }
    buffer.put((byte) b);
    bytes++;
  }

  /** Through the buffer, in small steps: NIO keeps native memory as large as the largest write. */
  @Override
  public void write(byte[] source, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        flushBuffer();
      }
      int n = Math.min(left, buffer.remaining());
      buffer.put(source, from, n);
      from += n;
      left -= n;
    }
    bytes += count;
  }

  private void flushBuffer() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void commit() throws IOException {
    if (isCommitted) {
      return;
    }
    try (channel) {
      flushBuffer();
      channel.force(true);
    }
    try {
      rename();
    } catch (NoSuchFileException _) {
      Directories.create(folder);
      rename();
    }
    Directories.force(folder);
    isCommitted = true;
  }

  private void rename() throws IOException {
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public long bytesWritten() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!isCommitted) {
      Files.deleteIfExists(file);
    }
  }
}
