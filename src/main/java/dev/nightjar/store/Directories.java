package dev.nightjar.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the entries of directories durable: a file that is forced can still lose its name. */
public final class Directories {
  private Directories() {}

  public static void force(Path directory) throws IOException {
    Disk.REAL.forceDirectory(directory);
  }

  /** Creates a directory if there is none, with those above it; durable on return. */
  public static void create(Path directory) throws IOException {
    create(directory, Disk.REAL);
  }

  public static void create(Path directory, Disk disk) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    if (!Files.isDirectory(directory)) {
      if (parent != null) {
        create(parent, disk);
      }
      disk.createDirectory(directory);
    }
    if (parent != null) {
      disk.forceDirectory(parent); // Also of one that a crash left before it came to this.
    }
  }
}
