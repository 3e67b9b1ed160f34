package dev.nightjar.store;

import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;

/** The stores of one machine, opened as the server opens them. */
final class EmbeddedTier {
  private EmbeddedTier() {}

  static Tier open(Path directory) throws IOException {
    return open(directory, () -> Samples.NOW);
  }

  static Tier open(Path directory, InstantSource clock) throws IOException {
    var stores = TestStores.open(directory.resolve("meta.db"), clock);
    var objects = new FileObjectStore(directory.resolve("objects"));
    var log =
        new JournalAnswerLog(directory.resolve("journal"), stores.chunks().unsealed(), 64 << 20);
    return new Tier(stores, log, objects, new ObjectChunkInputs(objects), DiskSpace.ENDLESS);
  }

  /** What a crash at this moment would leave: the files as they are, nothing closed. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else if (!path.toString().endsWith("-shm")) {
          Files.copy(path, target);
        }
      }
    }
  }
}
