package dev.nightjar.store.files;

import dev.nightjar.store.Disk;
import dev.nightjar.store.ObjectStore.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes one object aside and renames it to its place. One thread only. A failed commit is not
 * tried again: what the kernel dropped once stays dropped, so the object is written anew.
 */
final class ObjectFileWriter extends Writer {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Disk disk;
  private final ObjectFolders folders;
  private final Path folder;
  private final Path target;
  private final Path file;
  private final Disk.OpenFile open;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long bytes;
  private long written;
  private boolean isCommitted;

  ObjectFileWriter(Disk disk, ObjectFolders folders, Path folder, String name, Path file)
      throws IOException {
    this.disk = disk;
    this.folders = folders;
    this.folder = folder;
    this.target = folder.resolve(name);
    this.file = file;
    this.open = disk.create(file);
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
      written += open.write(buffer, written);
    }
    buffer.clear();
  }

  @Override
  public void commit() throws IOException {
    if (isCommitted) {
      return;
    }
    try (open) {
      flushBuffer();
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
