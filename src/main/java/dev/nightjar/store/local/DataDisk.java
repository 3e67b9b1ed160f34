package dev.nightjar.store.local;

import dev.nightjar.store.disk.DiskSpace;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The disk of a directory, and how much of it must stay free. */
public final class DataDisk implements DiskSpace {
  private final FileStore disk;
  private final int minPercent;
  private final long minBytes;

  /** The greater of the two must stay free. */
  public DataDisk(Path directory, int minPercent, long minBytes) throws IOException {
    this.disk = Files.getFileStore(directory);
    this.minPercent = minPercent;
    this.minBytes = minBytes;
  }

  @Override
  public Room room() throws IOException {
    long total = disk.getTotalSpace();
    return new Room(disk.getUsableSpace(), total, Math.max(minBytes, total / 100 * minPercent));
  }
}
