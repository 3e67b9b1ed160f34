package dev.nightjar.store.local;

import dev.nightjar.store.disk.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Closes a data directory that other users of the machine may read, as an earlier version, or
 * whoever made it, left it. What is below {@code objects} and {@code journal} is reached through
 * them only and stays as it is.
 */
final class Privacy {
  private static final Pattern OURS =
      Pattern.compile("lock.*|format.*|meta\\.db.*|journal|objects|trace[-.].*");

  /** That of a disk's root. */
  private static final String LOST = "lost+found";

  private Privacy() {}

  /** Gives the sentence that tells of it, if there is something to tell. */
  static Optional<String> restore(Path root) throws IOException {
    List<Path> files = files(root);
    try {
      for (Path file : files) {
        if (isOurs(file)) {
          close(file);
        }
      }
      if (!files.stream().allMatch(file -> isOurs(file) || isLost(file))) {
        return Optional.empty(); // A directory of somebody else's: /tmp must stay what it is.
      }
      return OwnerOnly.close(root)
          .map(before ->
              "data directory %s was open to other users (%s); now it is its owner's alone"
                  .formatted(root, before));
    } catch (IOException e) {
      return Optional.of(
          "data directory %s may be open to other users and cannot be closed to them: %s"
              .formatted(root, e.getMessage()));
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.toList();
    }
  }

  private static void close(Path file) throws IOException {
    try {
      OwnerOnly.close(file);
    } catch (NoSuchFileException _) {
      // SQLite deletes its own when it likes.
    }
  }

  private static boolean isOurs(Path file) {
    return OURS.matcher(file.getFileName().toString()).matches();
  }

  private static boolean isLost(Path file) {
    return file.getFileName().toString().equals(LOST);
  }
}
