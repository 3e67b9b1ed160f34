package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.Reader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads one object; any number of threads at once. An interrupted thread closes the channel that it
 * reads from, so the others open the file again: an object never changes.
 */
final class ObjectFileReader implements Reader {
  private static final int STREAM_BYTES = 64 * 1024;

  /** NIO keeps native memory as large as the largest read. */
  private static final int READ_BYTES_MAX = 128 * 1024;

  private final Path file;
  private final long length;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile FileChannel channel;
  private volatile boolean isClosed;

  ObjectFileReader(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    this.length = channel.size();
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read(long position, byte[] buffer, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int wanted = Math.min(count - done, READ_BYTES_MAX);
      int n = readSome(ByteBuffer.wrap(buffer, offset + done, wanted), position + done);
      if (n < 0) {
        break;
      }
      done += n;
    }
    return done;
  }

  private int readSome(ByteBuffer target, long position) throws IOException {
    while (true) {
      try {
        return channel.read(target, position);
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (ClosedChannelException e) {
        if (isClosed) {
          throw e;
        }
        openAgain();
      }
    }
  }

  private void openAgain() throws IOException {
    opening.lock();
    try {
      if (!channel.isOpen() && !isClosed) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public InputStream stream(long position, long count) {
    return new BufferedInputStream(new RangeStream(this, position, count), STREAM_BYTES);
  }

  @Override
  public void close() {
    opening.lock();
    try {
      isClosed = true;
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      opening.unlock();
    }
  }

  private static final class RangeStream extends InputStream {
    private final Reader reader;
    private long position;
    private long left;

    RangeStream(Reader reader, long position, long count) {
      this.reader = reader;
      this.position = position;
      this.left = count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      int n = left <= 0 ? 0 : reader.read(position, buffer, offset, (int) Math.min(count, left));
      if (n <= 0) {
        return -1;
      }
      position += n;
      left -= n;
      return n;
    }
  }
}
