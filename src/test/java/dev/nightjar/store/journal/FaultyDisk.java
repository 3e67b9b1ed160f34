package dev.nightjar.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Segment files on a disk that fills up, breaks and is interrupted on demand. */
final class FaultyDisk implements SegmentFile.Opener {
  private long room = Long.MAX_VALUE;
  private boolean isForceFailing;
  private boolean isInterruptedAtForce;
  private int forces;

  /** From now on the disk has room for this many bytes. */
  void leaveRoom(long bytes) {
    room = bytes;
  }

  void failForces(boolean isFailing) {
    isForceFailing = isFailing;
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
  public SegmentFile open(Path path) throws IOException {
    SegmentFile file = SegmentFile.onDisk(path);
    return new SegmentFile() {
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
}
