package dev.nightjar.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The calls by which a segment reaches the disk, so that a test can let them fail. */
interface SegmentFile extends AutoCloseable {
  int write(ByteBuffer bytes, long at) throws IOException;

  /** Makes all that was written durable, by fdatasync. */
  void force() throws IOException;

  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;

  /** Opens a file for writing, creating it if there is none. */
  interface Opener {
    SegmentFile open(Path path) throws IOException;
  }

  static SegmentFile onDisk(Path path) throws IOException {
    var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return new SegmentFile() {
      @Override
      public int write(ByteBuffer bytes, long at) throws IOException {
        return channel.write(bytes, at);
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }

      @Override
      public void truncate(long size) throws IOException {
        channel.truncate(size);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }
}
