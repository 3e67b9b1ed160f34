package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.store.disk.OpenedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads what a journal holds at its start: the database says which chunks count, the segments hold
 * their answers. A torn tail of the last segment belongs to an append that never returned and will
 * be cut off; bytes that are no record anywhere else are damage, said loudly. It changes nothing
 * that another run would need, so it may die at any point.
 */
final class JournalRecovery {
  private static final System.Logger LOG = System.getLogger(JournalRecovery.class.getName());
  private static final Pattern NAME = Pattern.compile("(\\d{8})\\.log(\\.corrupt)?");

  private final Path directory;
  private final Disk disk;
  private final Set<ChunkId> unsealed;
  private int lastNumber;

  JournalRecovery(Path directory, Disk disk, Set<ChunkId> unsealed) {
    this.directory = directory;
    this.disk = disk;
    this.unsealed = unsealed;
  }

  /** The highest number that a segment has, or had if it was put aside. */
  int lastNumber() {
    return lastNumber;
  }

  void run(Map<Integer, Segment> segments, Map<ChunkId, ChunkAnswers> chunks) throws IOException {
    Directories.create(directory, disk);
    for (var file : files().entrySet()) {
      Segment segment = read(file.getKey(), file.getValue(), chunks);
      if (segment.chunks.isEmpty()) {
        segment.retire(disk);
      } else {
        segments.put(segment.number, segment);
      }
    }
  }

  private Map<Integer, Path> files() throws IOException {
    var found = new TreeMap<Integer, Path>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          int number = Integer.parseInt(name.group(1));
          lastNumber = Math.max(lastNumber, number);
          if (name.group(2) == null) {
            found.put(number, file);
          }
        }
      }
    }
    return found;
  }

  private Segment read(int number, Path path, Map<ChunkId, ChunkAnswers> chunks)
      throws IOException {
    var segment = new Segment(number, OpenedFile.named(path), 0);
    SegmentScan.Result found =
        SegmentScan.run(
            path,
            (position, length, entry) -> {
              if (unsealed.contains(entry.chunk())) {
                chunks
                    .computeIfAbsent(entry.chunk(), _ -> new ChunkAnswers())
                    .add(entry.line(), number, position, length);
                segment.chunks.add(entry.chunk());
              }
            });
    segment.advance(found.end());
    boolean isLast = number == lastNumber;
    if (found.isDamaged() || (found.isTorn() && !isLast)) {
      segment.markDamaged();
      LOG.log(
          System.Logger.Level.ERROR,
          "journal segment {0} is damaged from byte {1} on; answers that are lost are run again,"
              + " and the file is kept",
          path,
          Long.toString(found.isDamaged() ? found.damagedAt() : found.end()));
    } else if (found.isTorn()) {
      LOG.log(
          System.Logger.Level.INFO,
          "journal segment {0} ends in an unfinished write of {1} bytes, which is dropped",
          path,
          Long.toString(found.size() - found.end()));
    }
    return segment;
  }
}
