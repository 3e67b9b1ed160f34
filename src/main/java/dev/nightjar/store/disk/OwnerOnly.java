package dev.nightjar.store.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Files and directories that only their owner may use, from the moment at which they are made. On a
 * file system without such permissions they are made as any other.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<?>[] NONE = {};
  private static final FileAttribute<?>[] NEW_FILE = {PosixFilePermissions.asFileAttribute(FILE)};
  private static final FileAttribute<?>[] NEW_DIRECTORY = {
    PosixFilePermissions.asFileAttribute(DIRECTORY)
  };

  private OwnerOnly() {}

  /** Opens a file; one that does not exist yet is made for its owner. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), hasOwners(file) ? NEW_FILE : NONE);
  }

  /** Makes an empty file, unless there is one already: for those who would make their own. */
  public static void createIfAbsent(Path file) throws IOException {
    try {
      Files.createFile(file, hasOwners(file) ? NEW_FILE : NONE);
    } catch (FileAlreadyExistsException _) {
      // It keeps its permissions.
    }
  }

  /** Makes a directory, with those above it; one that exists is no error. */
  public static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, hasOwners(directory) ? NEW_DIRECTORY : NONE);
  }

  /** Takes from all others what they may do with a file or directory; gives what they could. */
  public static Optional<String> close(Path path) throws IOException {
    if (!hasOwners(path)) {
      return Optional.empty();
    }
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(path);
    var after = new HashSet<>(before);
    after.retainAll(DIRECTORY);
    if (after.equals(before)) {
      return Optional.empty();
    }
    Files.setPosixFilePermissions(path, after);
    return Optional.of(PosixFilePermissions.toString(before));
  }

  private static boolean hasOwners(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
