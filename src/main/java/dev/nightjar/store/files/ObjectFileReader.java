package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.Reader;
import dev.nightjar.store.files.BlockCache.Block;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads one object; any number of threads at once. Whole blocks are read into the caller's buffer
 * and checked there; parts of blocks come from the cache of those that were. An interrupted thread
 * closes the channel that it reads from, so the others open the file again: an object never
 * changes.
 */
final class ObjectFileReader implements Reader {
  /** NIO keeps native memory as large as the largest read, for each carrier of threads. */
  private static final int READ_BYTES_MAX = 8 * Checksums.BLOCK_BYTES;

  /** Checksums that are read at once: those of 16 MiB. */
  private static final int SUMS = 256;

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ObjectFile file;
  private final Damage damage;
  private final BlockCache cache;
  private final long number = NUMBERS.incrementAndGet();
  private final long length;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile FileChannel channel;
  private volatile boolean isClosed;
  private volatile @Nullable Sums sums;

  /** Checksums of some blocks, from the one with number {@code first} on. */
  private record Sums(long first, ByteBuffer bytes) {
    boolean has(long block) {
      return block >= first && block < first + bytes.limit() / Integer.BYTES;
    }

    int of(long block) {
      return bytes.getInt((int) (block - first) * Integer.BYTES);
    }
  }

  ObjectFileReader(ObjectFile file, Damage damage, BlockCache cache) throws IOException {
    this.file = file;
    this.damage = damage;
    this.cache = cache;
    this.channel = FileChannel.open(file.path(), StandardOpenOption.READ);
    try {
      this.length = file.length(channel.size(), damage);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read(long position, byte[] buffer, int offset, int count) throws IOException {
    int wanted = (int) Math.min(count, length - position);
    if (wanted <= 0) {
      return 0;
    }
    if (!file.isChecked()) {
      return fill(position, ByteBuffer.wrap(buffer, offset, Math.min(wanted, READ_BYTES_MAX)));
    }
    long block = position / Checksums.BLOCK_BYTES;
    int from = (int) (position % Checksums.BLOCK_BYTES);
    if (from == 0 && wanted >= bytesOf(block)) {
      boolean isToTheEnd = wanted == length - position;
      int whole = isToTheEnd ? wanted : wanted - wanted % Checksums.BLOCK_BYTES;
      return readWhole(block, buffer, offset, Math.min(whole, READ_BYTES_MAX));
    }
    byte[] bytes = cached(block);
    int n = Math.min(wanted, bytes.length - from);
    System.arraycopy(bytes, from, buffer, offset, n);
    return n;
  }

  private int bytesOf(long block) {
    return (int) Math.min(Checksums.BLOCK_BYTES, length - block * Checksums.BLOCK_BYTES);
  }

  private byte[] cached(long block) throws IOException {
    byte[] found = cache.get(number, block);
    if (found != null) {
      return found;
    }
    byte[] bytes = new byte[bytesOf(block)];
    readWhole(block, bytes, 0, bytes.length);
    cache.put(new Block(number, block, bytes));
    return bytes;
  }

  /** Reads whole blocks; the bytes of those before a damaged one, if there are any. */
  private int readWhole(long first, byte[] buffer, int offset, int count) throws IOException {
    long position = first * Checksums.BLOCK_BYTES;
    fill(position, ByteBuffer.wrap(buffer, offset, count)); // What is missing fails the check.
    int good = 0;
    for (long block = first; good < count; block++) {
      int bytes = bytesOf(block);
      if (Checksums.of(buffer, offset + good, bytes) != sum(block)) {
        break;
      }
      good += bytes;
    }
    if (good == 0) {
      long last = position + bytesOf(first) - 1;
      String how = "its bytes %d to %d are not as they were written".formatted(position, last);
      throw damage.found(file.key(), how);
    }
    return good;
  }

  private int sum(long block) throws IOException {
    Sums known = sums;
    if (known == null || !known.has(block)) {
      int count = (int) Math.min(SUMS, Checksums.blocks(length) - block);
      known = new Sums(block, ByteBuffer.allocate(count * Integer.BYTES));
      fill(Checksums.place(length, block), known.bytes.duplicate());
      sums = known;
    }
    return known.of(block);
  }

  /** As far as the file goes; bytes read. */
  private int fill(long position, ByteBuffer target) throws IOException {
    int begin = target.position();
    while (target.hasRemaining()) {
      if (readSome(target, position + target.position() - begin) < 0) {
        break;
      }
    }
    return target.position() - begin;
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
      } catch (IOException e) {
        throw damage.found(file.key(), "it cannot be read: " + e.getMessage());
      }
    }
  }

  private void openAgain() throws IOException {
    opening.lock();
    try {
      if (!channel.isOpen() && !isClosed) {
        channel = FileChannel.open(file.path(), StandardOpenOption.READ);
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public InputStream stream(long position, long count) {
    return new BufferedInputStream(new RangeStream(this, position, count), Checksums.BLOCK_BYTES);
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
