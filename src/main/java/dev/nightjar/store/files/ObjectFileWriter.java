package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.Writer;
import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes one object aside and renames it to its place. One thread only. A failed commit is not
 * tried again: what the kernel dropped once stays dropped, so the object is written anew.
 */
final class ObjectFileWriter extends Writer {
  private final Disk disk;
  private final ObjectFolders folders;
  private final Path target;
  private final Path file;
  private final Disk.OpenFile open;
  private final Checksums sums = new Checksums();

  /** A block of the object, or the beginning of one. */
  private final ByteBuffer buffer = ByteBuffer.allocate(Checksums.BLOCK_BYTES);

  private long bytes;
  private long written;
  private boolean isCommitted;

  ObjectFileWriter(Disk disk, ObjectFolders folders, Path target, Path file) throws IOException {
    this.disk = disk;
    this.folders = folders;
    this.target = target;
    this.file = file;
    this.open = disk.create(file);
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      endBlock();
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
        endBlock();
      }
      int n = Math.min(left, buffer.remaining());
      buffer.put(source, from, n);
      from += n;
      left -= n;
    }
    bytes += count;
  }

  private void endBlock() throws IOException {
    addSum();
    flushBuffer();
  }

  private void addSum() {
    if (buffer.position() > 0) {
      sums.add(Checksums.of(buffer.array(), 0, buffer.position()));
    }
  }

  private void flushBuffer() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      written += open.write(buffer, written);
    }
    buffer.clear();
  }

  /** With the last block, so that a small object is one write. */
  private void writeSums() throws IOException {
    addSum();
    ByteBuffer left = sums.bytes();
    while (left.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        flushBuffer();
      }
      int n = Math.min(left.remaining(), buffer.remaining());
      buffer.put(buffer.position(), left, left.position(), n);
      buffer.position(buffer.position() + n);
      left.position(left.position() + n);
    }
    flushBuffer();
  }

  @Override
  public void commit() throws IOException {
    if (isCommitted) {
      return;
    }
    Path folder = Objects.requireNonNull(target.getParent());
    try (open) {
      writeSums();
      open.force();
    }
    folders.make(folder);
    disk.rename(file, target);
    disk.forceDirectory(folder);
    isCommitted = true;
  }

  @Override
  public long bytesWritten() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    open.close();
    if (!isCommitted) {
      disk.delete(file);
    }
  }
}
