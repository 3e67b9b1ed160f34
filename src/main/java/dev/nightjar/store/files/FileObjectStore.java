package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Objects as plain files in 256 folders. An object is written aside, forced, renamed, and its
 * folder forced, in this order (rule R5): a crash leaves a whole object, or a file aside that the
 * next start removes.
 */
public final class FileObjectStore implements ObjectStore {
  private static final Pattern KEY =
      Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]*(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)*");
  private static final int FOLDERS = 256;

  /** Stands for the slash in file names; no key has it. */
  private static final char SLASH = '@';

  private final Path root;
  private final Path aside;
  private final AtomicLong names = new AtomicLong();

  public FileObjectStore(Path root) throws IOException {
    this.root = root;
    this.aside = root.resolve("tmp");
    boolean isNew = !Files.exists(aside);
    Files.createDirectories(aside);
    for (int i = 0; i < FOLDERS; i++) {
      Files.createDirectories(folder(i));
    }
    if (isNew) {
      force(root);
    }
    try (Stream<Path> left = Files.list(aside)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
  }

  private Path folder(int index) {
    return root.resolve("%02x".formatted(index));
  }

  private Path path(String key) {
    if (!KEY.matcher(key).matches() || key.length() > 200) {
      throw new IllegalArgumentException("not an object key: " + key);
    }
    return folder(key).resolve(key.replace('/', SLASH));
  }

  private Path folder(String key) {
    int hash = key.hashCode();
    return folder((hash ^ (hash >>> 8) ^ (hash >>> 16)) & (FOLDERS - 1));
  }

  @Override
  public Writer create(String key) throws IOException {
    Path file = aside.resolve(Long.toString(names.incrementAndGet()));
    return new FileWriter(folder(key), path(key), file);
  }

  @Override
  public Reader open(String key) throws IOException {
    try {
      return new FileReader(FileChannel.open(path(key), StandardOpenOption.READ));
    } catch (NoSuchFileException _) {
      throw new ObjectMissingException(key);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    return Files.deleteIfExists(path(key));
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < FOLDERS; i++) {
      try (Stream<Path> files = Files.list(folder(i))) {
        for (Path file : files.toList()) {
          String key = file.getFileName().toString().replace(SLASH, '/');
          if (key.startsWith(prefix)) {
            entries.add(
                new Entry(key, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
          }
        }
      }
    }
    return entries;
  }

  @Override
  public void close() {}

  private static void force(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static final class FileWriter extends Writer {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path folder;
    private final Path target;
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long bytes;
    private boolean isCommitted;

    FileWriter(Path folder, Path target, Path file) throws IOException {
      this.folder = folder;
      this.target = target;
      this.file = file;
      this.channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void write(int b) throws IOException {
      if (!buffer.hasRemaining()) {
        flushBuffer();
      }
      buffer.put((byte) b);
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
      bytes += count;
      if (count > buffer.remaining()) {
        flushBuffer();
      }
      if (count > buffer.remaining()) {
        writeFully(ByteBuffer.wrap(source, offset, count));
      } else {
        buffer.put(source, offset, count);
      }
    }

    private void flushBuffer() throws IOException {
      buffer.flip();
      writeFully(buffer);
      buffer.clear();
    }

    private void writeFully(ByteBuffer source) throws IOException {
      while (source.hasRemaining()) {
        channel.write(source);
      }
    }

    @Override
    public void commit() throws IOException {
      if (isCommitted) {
        return;
      }
      flushBuffer();
      channel.force(true);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      force(folder);
      isCommitted = true;
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

  private record FileReader(FileChannel channel) implements Reader {
    private static final int STREAM_BYTES = 64 * 1024;

    @Override
    public long length() {
      try {
        return channel.size();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int count) throws IOException {
      var target = ByteBuffer.wrap(buffer, offset, count);
      long from = position;
      while (target.hasRemaining()) {
        int n = channel.read(target, from);
        if (n < 0) {
          break;
        }
        from += n;
      }
      return count - target.remaining();
    }

    @Override
    public InputStream stream(long position, long count) {
      return new BufferedInputStream(new RangeStream(this, position, count), STREAM_BYTES);
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class RangeStream extends InputStream {
    private final FileReader reader;
    private long position;
    private long left;

    RangeStream(FileReader reader, long position, long count) {
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
