package dev.nightjar.store.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Makes, forces and deletes directories. Their entries have to be made durable too: a file that is
 * forced can still lose its name.
 */
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

  /** Deletes a directory with all that is in it; none is no error. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
