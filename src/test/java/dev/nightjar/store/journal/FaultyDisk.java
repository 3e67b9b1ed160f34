package dev.nightjar.store.journal;

import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that fills up, breaks and is interrupted on demand, as far as segments are concerned. */
final class FaultyDisk implements Disk {
  private long room = Long.MAX_VALUE;
  private boolean isForceFailing;
  private boolean isInterruptedAtForce;
  private boolean isDeleteFailing;
  private int forces;

  /** From now on the disk has room for this many bytes. */
  void leaveRoom(long bytes) {
    room = bytes;
  }

  void failForces(boolean isFailing) {
    isForceFailing = isFailing;
  }

  void failDeletes(boolean isFailing) {
    isDeleteFailing = isFailing;
  }

  /** The thread that forces next is interrupted in the middle of that. */
  void interruptNextForce() {
    isInterruptedAtForce = true;
  }

  /** Calls of force that reached the disk. */
  int forces() {
    return forces;
  }

  @Override
  public OpenFile create(Path file) throws IOException {
    return REAL.create(file);
  }

  @Override
  public OpenFile open(Path path) throws IOException {
    OpenFile file = REAL.open(path);
    return new OpenFile() {
      @Override
      public int write(ByteBuffer bytes, long at) throws IOException {
        if (room == 0) {
          throw new IOException("No space left on device");
        }
        int n = (int) Math.min(room, bytes.remaining());
        int limit = bytes.limit();
        int written = file.write(bytes.limit(bytes.position() + n), at);
        bytes.limit(limit);
        room -= written;
        return written;
      }

      @Override
      public void force() throws IOException {
        forces++;
        if (isForceFailing) {
          throw new IOException("Input/output error");
        }
        if (isInterruptedAtForce) {
          isInterruptedAtForce = false;
          Thread.currentThread().interrupt();
        }
        file.force();
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    REAL.rename(from, to);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    if (isDeleteFailing) {
      throw new IOException("Operation not permitted");
    }
    return REAL.delete(file);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    REAL.createDirectory(directory);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    REAL.forceDirectory(directory);
  }
}
