package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The answer log as an append-only journal: one write and one fdatasync for a group. One thread
 * appends; others take, read and forget meanwhile. If the process dies, the next start scans the
 * segments: a record cut off at the very end never counted, since its append had not returned.
 */
public final class JournalAnswerLog implements AnswerLog {
  private static final System.Logger LOG = System.getLogger(JournalAnswerLog.class.getName());
  private static final int WRITE_BYTES = 1 << 20;

  private final Path directory;
  private final long segmentBytesMax;
  private final TreeMap<Integer, Segment> segments = new TreeMap<>();
  private final Map<ChunkId, Answers> chunks = new HashMap<>();

  /** Guards the index, never held while a group is written. */
  private final ReentrantLock lock = new ReentrantLock();

  private ByteBuffer buffer = ByteBuffer.allocateDirect(WRITE_BYTES);
  private boolean isBroken;

  /** What the journal has of one chunk. */
  private static final class Answers {
    long epoch;
    int doubles;

    /** Segment number and position by line; 0 for none. */
    long[] places = new long[16];

    boolean add(int line, int segment, long position) {
      if (line >= places.length) {
        places = Arrays.copyOf(places, Math.max(line + 1, places.length * 2));
      }
      if (places[line] != 0) {
        doubles++;
        return false;
      }
      places[line] = ((long) segment << 32) | position;
      return true;
    }

    BitSet lines() {
      var lines = new BitSet(places.length);
      for (int i = 0; i < places.length; i++) {
        lines.set(i, places[i] != 0);
      }
      return lines;
    }
  }

  /**
   * Opens the journal and reads what it holds.
   *
   * @param unsealed the chunks that MetaStore does not call sealed; records of others are dropped
   */
  public JournalAnswerLog(Path directory, Collection<ChunkId> unsealed, long segmentBytesMax)
      throws IOException {
    if (segmentBytesMax > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a segment has at most 2 GiB");
    }
    this.directory = directory;
    this.segmentBytesMax = segmentBytesMax;
    Files.createDirectories(directory);
    recover(new HashSet<>(unsealed));
  }

  private void recover(Set<ChunkId> unsealed) throws IOException {
    var numbers = new TreeMap<Integer, Path>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> file.getFileName().toString().matches("\\d{8}\\.log"))
          .forEach(file ->
              numbers.put(Integer.valueOf(file.getFileName().toString().substring(0, 8)), file));
    }
    for (var entry : numbers.entrySet()) {
      boolean isLast = entry.getKey().equals(numbers.lastKey());
      recoverSegment(Segment.open(entry.getKey(), entry.getValue()), isLast, unsealed);
    }
  }

  private void recoverSegment(Segment segment, boolean isLast, Set<ChunkId> unsealed)
      throws IOException {
    Segment.Scan scan =
        segment.scan((position, entry) -> {
          if (unsealed.contains(entry.chunk())) {
            index(segment, entry, position);
          }
        });
    boolean isKept = !segment.chunks.isEmpty();
    if (scan.corrupt() > 0 || (scan.isTorn() && !isLast)) {
      // These lines run again. The file stays, for whoever looks into it.
      LOG.log(
          System.Logger.Level.ERROR,
          "journal segment {0} is corrupt ({1} records, whole up to byte {2} of {3}): the lost"
              + " answers are run again",
          segment.path,
          scan.corrupt(),
          Long.toString(scan.end()),
          Long.toString(scan.size()));
      isKept = true;
    }
    if (isKept || isLast) {
      segments.put(segment.number, segment);
      if (isLast) {
        segment.truncate();
      }
    } else {
      segment.delete();
    }
  }

  private void index(Segment segment, Entry entry, long position) {
    Answers answers = chunks.computeIfAbsent(entry.chunk(), _ -> new Answers());
    answers.epoch = Math.max(answers.epoch, entry.epoch());
    answers.add(entry.line(), segment.number, position);
    segment.chunks.add(entry.chunk());
  }

  @Override
  public BitSet take(ChunkId chunk, long epoch) {
    lock.lock();
    try {
      Answers answers = chunks.computeIfAbsent(chunk, _ -> new Answers());
      answers.epoch = Math.max(answers.epoch, epoch);
      return answers.lines();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<ChunkId> append(List<Entry> group) throws IOException {
    if (isBroken) {
      throw new BrokenException("the journal is broken", new IOException("a write was not forced"));
    }
    Set<ChunkId> refused = refused(group);
    Segment segment = current();
    long[] positions = new long[group.size()];
    long end = write(segment, group, refused, positions);
    force(segment);
    lock.lock();
    try {
      segment.advance(end);
      for (int i = 0; i < group.size(); i++) {
        // Taken over while it was written: the frozen set does not grow, and the record is a
        // double.
        if (positions[i] != 0 && isCurrent(group.get(i))) {
          index(segment, group.get(i), positions[i]);
        } else {
          refused.add(group.get(i).chunk());
        }
      }
      return refused;
    } finally {
      lock.unlock();
    }
  }

  private Set<ChunkId> refused(List<Entry> group) {
    var refused = new HashSet<ChunkId>();
    lock.lock();
    try {
      for (Entry entry : group) {
        if (!isCurrent(entry)) {
          refused.add(entry.chunk());
        }
      }
    } finally {
      lock.unlock();
    }
    return refused;
  }

  private boolean isCurrent(Entry entry) {
    Answers answers = chunks.get(entry.chunk());
    return answers != null && answers.epoch == entry.epoch();
  }

  private long write(Segment segment, List<Entry> group, Set<ChunkId> refused, long[] positions)
      throws IOException {
    long written = segment.bytes();
    try {
      for (int i = 0; i < group.size(); i++) {
        Entry entry = group.get(i);
        if (refused.contains(entry.chunk())) {
          continue;
        }
        int bytes = JournalRecord.bytes(entry.answer());
        if (bytes > buffer.remaining()) {
          written = flush(segment, written);
          if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(bytes);
          }
        }
        positions[i] = written + buffer.position();
        JournalRecord.write(entry, buffer);
      }
      return flush(segment, written);
    } catch (IOException e) {
      buffer.clear();
      segment.truncate();
      throw e;
    }
  }

  private long flush(Segment segment, long at) throws IOException {
    buffer.flip();
    int bytes = buffer.remaining();
    segment.write(buffer, at);
    buffer.clear();
    return at + bytes;
  }

  /** Never tried twice: after a failed one the kernel may have dropped the pages. */
  private void force(Segment segment) throws BrokenException {
    try {
      segment.force();
    } catch (IOException e) {
      isBroken = true;
      throw new BrokenException("the journal cannot be forced to disk: " + e.getMessage(), e);
    }
  }

  private Segment current() throws IOException {
    lock.lock();
    try {
      if (!segments.isEmpty() && segments.lastEntry().getValue().bytes() < segmentBytesMax) {
        return segments.lastEntry().getValue();
      }
      int number = segments.isEmpty() ? 1 : segments.lastKey() + 1;
      Segment next = Segment.create(number, directory.resolve("%08d.log".formatted(number)));
      forceDirectory();
      segments.put(number, next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void forceDirectory() throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public int read(ChunkId chunk, Visitor visitor) throws IOException {
    long[] places;
    int doubles;
    lock.lock();
    try {
      Answers answers = chunks.get(chunk);
      if (answers == null) {
        return 0;
      }
      places = answers.places.clone();
      doubles = answers.doubles;
    } finally {
      lock.unlock();
    }
    for (int line = 0; line < places.length; line++) {
      if (places[line] != 0) {
        Entry entry = segment((int) (places[line] >>> 32)).read(places[line] & 0xFFFFFFFFL);
        if (!entry.chunk().equals(chunk) || entry.line() != line) {
          throw new IOException("the journal's index is wrong for chunk " + chunk);
        }
        visitor.answer(line, entry.answer());
      }
    }
    return doubles;
  }

  private Segment segment(int number) {
    lock.lock();
    try {
      Segment segment = segments.get(number);
      if (segment == null) {
        throw new IllegalStateException("journal segment " + number + " is gone");
      }
      return segment;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forget(ChunkId chunk) throws IOException {
    lock.lock();
    try {
      chunks.remove(chunk);
      for (Segment segment : List.copyOf(segments.values())) {
        boolean isCurrent = segment.number == segments.lastKey();
        if (segment.chunks.remove(chunk) && segment.chunks.isEmpty() && !isCurrent) {
          segments.remove(segment.number);
          segment.delete();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** What all segments hold together. */
  public long bytesOnDisk() {
    lock.lock();
    try {
      return segments.values().stream().mapToLong(Segment::bytes).sum();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      for (Segment segment : segments.values()) {
        segment.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
