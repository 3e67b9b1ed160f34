package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.store.disk.OpenedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * One file of the journal, and which chunks still need it. Guarded by the journal's lock, but for
 * the end, which the appending thread moves.
 */
final class Segment {
  /** "NJLOG" and the version. */
  static final long MAGIC = 0x4E4A4C4F47303032L;

  static final int HEADER = Long.BYTES;

  final int number;
  final Path path;

  /** Those with records in it that are not forgotten. */
  final Set<ChunkId> chunks = new HashSet<>();

  final OpenedFile file;

  private volatile long end;
  private boolean isDamaged;

  Segment(int number, OpenedFile file, long end) {
    this.file = file;
    this.number = number;
    this.path = file.path();
    this.end = end;
  }

  static Path path(Path directory, int number) {
    return directory.resolve("%08d.log".formatted(number));
  }

  /** The end of the last record that is durable. */
  long end() {
    return end;
  }

  void advance(long newEnd) {
    end = newEnd;
  }

  boolean isDamaged() {
    return isDamaged;
  }

  void markDamaged() {
    isDamaged = true;
  }

  /** Ends a segment that no chunk needs. A damaged one is put aside, for whoever looks into it. */
  void retire(Disk disk) throws IOException {
    if (isDamaged) {
      disk.rename(path, path.resolveSibling(path.getFileName() + ".corrupt"));
    } else {
      disk.delete(path);
    }
  }
}
