package dev.nightjar.engine.stepped;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * An empty folder for one run, in memory where the system has that: what is durable is the crash
 * disk's to say. While there is one, the server keeps silent: it tells of each torn tail.
 */
final class CrashFolder implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Logger LOG = Logger.getLogger("dev.nightjar");

  private final Path path;

  CrashFolder() throws IOException {
    LOG.setLevel(Level.OFF);
    path =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "crash")
            : Files.createTempDirectory("crash");
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path found : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(found);
      }
    } finally {
      LOG.setLevel(null);
    }
  }
}
