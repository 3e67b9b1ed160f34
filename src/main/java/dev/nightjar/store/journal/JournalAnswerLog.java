package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.store.disk.OpenedFile;
import dev.nightjar.store.disk.OpenedFile.LostFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The answer log as an append-only journal in numbered segments: one fdatasync for a group. One
 * thread appends; any others take, read and forget meanwhile. If the process dies, the next start
 * scans the segments ({@link JournalRecovery}); an append that had not returned may have left
 * nothing, a part, or all of its group, and none of it counted. A segment goes when each chunk with
 * records in it is forgotten; if the process dies before it is deleted, the next start does that.
 */
public final class JournalAnswerLog implements AnswerLog {
  private final Path directory;
  private final long segmentBytesMax;
  private final Disk disk;

  /** Guards the next two, never held during I/O. */
  private final ReentrantLock lock = new ReentrantLock();

  private final TreeMap<Integer, Segment> segments = new TreeMap<>();
  private final Map<ChunkId, ChunkAnswers> chunks = new HashMap<>();

  /** Those that no chunk needs any more and that are not deleted yet. */
  private final Queue<Segment> free = new ConcurrentLinkedQueue<>();

  // The appending thread's own, but for close().
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(SegmentWriter.BUFFER_BYTES);
  private volatile @Nullable SegmentWriter writer;
  private int lastNumber;

  private final LongAdder forces = new LongAdder();
  private final LongAdder forceNanos = new LongAdder();

  private volatile @Nullable IOException broken;
  private volatile boolean isClosed;

  /** An entry that was written. */
  private record Placed(Entry entry, long position, int length) {}

  /**
   * Opens the journal and reads what it holds.
   *
   * @param unsealed the chunks that the database does not call sealed; records of others are
   *     dropped
   */
  public JournalAnswerLog(Path directory, Collection<ChunkId> unsealed, long segmentBytesMax)
      throws IOException {
    this(directory, unsealed, segmentBytesMax, Disk.REAL);
  }

  public JournalAnswerLog(
      Path directory, Collection<ChunkId> unsealed, long segmentBytesMax, Disk disk)
      throws IOException {
    if (segmentBytesMax <= 0 || segmentBytesMax > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a segment of %d bytes".formatted(segmentBytesMax));
    }
    this.directory = directory;
    this.segmentBytesMax = segmentBytesMax;
    this.disk = disk;
    var recovery = new JournalRecovery(directory, disk, new HashSet<>(unsealed));
    recovery.run(segments, chunks);
    this.lastNumber = recovery.lastNumber();
  }

  @Override
  public BitSet take(ChunkId chunk, long epoch) throws IOException {
    checkUsable();
    lock.lock();
    try {
      ChunkAnswers answers = chunks.computeIfAbsent(chunk, _ -> new ChunkAnswers());
      answers.take(epoch);
      return answers.lines();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<ChunkId> append(List<Entry> group) throws IOException {
    checkUsable();
    Set<ChunkId> refused = refused(group);
    if (group.stream().allMatch(entry -> refused.contains(entry.chunk()))) {
      return refused;
    }
    Segment segment = current();
    List<Placed> placed = write(segment, group, refused);
    lock.lock();
    try {
      for (Placed record : placed) {
        // Taken over while it was written: the frozen set does not grow.
        if (isCurrent(record.entry())) {
          index(segment, record);
        } else {
          refused.add(record.entry().chunk());
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
      return refused;
    } finally {
      lock.unlock();
    }
  }

  private boolean isCurrent(Entry entry) {
    ChunkAnswers answers = chunks.get(entry.chunk());
    return answers != null && answers.isOwnedBy(entry.epoch());
  }

  private void index(Segment segment, Placed record) {
    ChunkId chunk = record.entry().chunk();
    ChunkAnswers answers = chunks.computeIfAbsent(chunk, _ -> new ChunkAnswers());
    answers.add(record.entry().line(), segment.number, record.position(), record.length());
    segment.chunks.add(chunk);
  }

  /** Where to append: the last segment, or a new one when that is full or damaged. */
  private Segment current() throws IOException {
    Segment last = last();
    if (last == null || last.isDamaged() || last.end() >= segmentBytesMax) {
      return roll(last);
    }
    if (writer == null) {
      writer = SegmentWriter.open(disk.open(last.path), buffer, last.end());
    }
    return last;
  }

  private @Nullable Segment last() {
    lock.lock();
    try {
      return segments.isEmpty() ? null : segments.lastEntry().getValue();
    } finally {
      lock.unlock();
    }
  }

  private Segment roll(@Nullable Segment last) throws IOException {
    SegmentWriter full = writer;
    if (full != null) {
      writer = null;
      full.close();
    }
    int number = lastNumber + 1;
    Path path = Segment.path(directory, number);
    // A file that a failed attempt left is cut to nothing and used.
    SegmentWriter opened = SegmentWriter.open(disk.open(path), buffer, 0);
    forceDirectory(opened);
    var segment = new Segment(number, OpenedFile.of(path), Segment.HEADER);
    lock.lock();
    try {
      segments.put(number, segment);
      if (last != null && last.chunks.isEmpty()) {
        segments.remove(last.number);
        free.add(last);
      }
    } finally {
      lock.unlock();
    }
    writer = opened;
    lastNumber = number;
    try {
      deleteFree();
    } catch (IOException _) {
      // Tried again, and said, with the next chunk that is forgotten: the new segment is in order.
    }
    return segment;
  }

  private void deleteFree() throws IOException {
    for (Segment next = free.poll(); next != null; next = free.poll()) {
      try {
        next.retire(disk);
      } catch (IOException | RuntimeException e) {
        free.add(next);
        throw e;
      }
    }
  }

  private List<Placed> write(Segment segment, List<Entry> group, Set<ChunkId> refused)
      throws IOException {
    var placed = new ArrayList<Placed>(group.size());
    SegmentWriter out = Objects.requireNonNull(writer);
    try {
      for (Entry entry : group) {
        if (!refused.contains(entry.chunk())) {
          long position = out.position();
          placed.add(new Placed(entry, position, JournalRecord.write(entry, out)));
        }
      }
      out.flush();
      force(out);
    } catch (IOException | RuntimeException e) {
      writer = null;
      if (broken == null) {
        out.abandon(segment.end(), e);
      } else {
        out.closeAfter(e);
      }
      throw e;
    }
    segment.advance(out.position());
    return placed;
  }

  /**
   * Never tried twice: after a failed one the kernel may have dropped the pages. An interrupt is no
   * such failure: the group is cut off, and written again when it is repeated.
   */
  private void force(SegmentWriter out) throws IOException {
    long begun = System.nanoTime();
    try {
      out.force();
      forceNanos.add(System.nanoTime() - begun);
      forces.increment();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw breakDown(e);
    }
  }

  private void forceDirectory(SegmentWriter opened) throws IOException {
    try {
      disk.forceDirectory(directory);
    } catch (ClosedByInterruptException e) {
      opened.close();
      throw e;
    } catch (IOException e) {
      throw breakDown(e);
    }
  }

  private BrokenException breakDown(IOException cause) {
    broken = cause;
    return brokenBy(cause);
  }

  private static BrokenException brokenBy(IOException cause) {
    return new BrokenException("the journal cannot be forced to disk: " + cause, cause);
  }

  private void checkUsable() throws IOException {
    IOException cause = broken;
    if (cause != null) {
      throw brokenBy(cause);
    }
    if (isClosed) {
      throw new IOException("the journal is closed");
    }
  }

  @Override
  public int read(ChunkId chunk, Visitor visitor) throws IOException {
    checkUsable();
    ChunkAnswers answers = copy(chunk);
    BitSet lines = answers.lines();
    try (var reader = new RecordReader(directory)) {
      for (int line = lines.nextSetBit(0); line >= 0; line = lines.nextSetBit(line + 1)) {
        Entry entry =
            reader.read(answers.segment(line), answers.position(line), answers.length(line));
        if (!entry.chunk().equals(chunk) || entry.line() != line) {
          throw new IllegalStateException(
              "line %d of chunk %s is indexed at line %d of chunk %s"
                  .formatted(line, chunk, entry.line(), entry.chunk()));
        }
        visitor.answer(line, entry.answer());
      }
    }
    return answers.doubles();
  }

  private ChunkAnswers copy(ChunkId chunk) {
    lock.lock();
    try {
      ChunkAnswers answers = chunks.get(chunk);
      return answers == null ? new ChunkAnswers() : answers.copy();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forget(ChunkId chunk) throws IOException {
    checkUsable();
    drop(chunk);
    deleteFree();
  }

  private void drop(ChunkId chunk) {
    lock.lock();
    try {
      chunks.remove(chunk);
      for (Iterator<Segment> all = segments.values().iterator(); all.hasNext(); ) {
        Segment segment = all.next();
        boolean isFree = segment.chunks.remove(chunk) && segment.chunks.isEmpty();
        if (isFree && segment.number != segments.lastKey()) {
          all.remove();
          free.add(segment);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Fails if a segment with answers that count is not what the next start would find. */
  public void checkSegments() throws LostFileException {
    List<Segment> held = held();
    for (Segment segment : held) {
      // Some file systems give a file that nobody has open another key from time to time.
      boolean isOpen = segment == held.getLast();
      OpenedFile file = isOpen ? segment.file : OpenedFile.named(segment.path);
      // One that was given up meanwhile was deleted by us.
      if (file.isLost() && held().contains(segment)) {
        throw new LostFileException(segment.path);
      }
    }
  }

  private List<Segment> held() {
    lock.lock();
    try {
      return List.copyOf(segments.values());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Figures figures() {
    lock.lock();
    try {
      long bytes = segments.values().stream().mapToLong(Segment::end).sum();
      return new Figures(bytes, forces.sum(), forceNanos.sum());
    } finally {
      lock.unlock();
    }
  }

  /** After the last append has returned. */
  @Override
  public void close() throws IOException {
    isClosed = true;
    SegmentWriter open = writer;
    if (open != null) {
      open.close();
    }
  }
}
