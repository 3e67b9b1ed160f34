package dev.nightjar.store.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The one directory that holds everything, locked by the process that uses it. The lock is the
 * operating system's: it goes with the process, however that ends.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String FORMAT = "1";

  private final Path root;
  private final FileChannel lockFile;

  /** The directory cannot be used; the message says why in a sentence. */
  public static final class DataDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DataDirectoryException(String message) {
      super(message);
    }
  }

  private DataDirectory(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /** Creates it if there is none, and locks it. */
  public static DataDirectory open(Path root) {
    try {
      Files.createDirectories(root);
      var lockFile =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (tryLock(lockFile) == null) {
        String owner = read(lockFile);
        lockFile.close();
        throw new DataDirectoryException(
            "data directory %s is in use by process %s; stop it or choose another one"
                .formatted(root, owner));
      }
      lockFile.truncate(0);
      lockFile.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)),
          0);
      checkFormat(root, lockFile);
      return new DataDirectory(root, lockFile);
    } catch (FileAlreadyExistsException _) {
      throw new DataDirectoryException("data directory " + root + " is a file, not a directory");
    } catch (AccessDeniedException _) {
      throw new DataDirectoryException(
          "data directory " + root + " cannot be written by this user");
    } catch (IOException e) {
      throw new DataDirectoryException("data directory %s cannot be used: %s".formatted(root, e));
    }
  }

  private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException _) {
      return null; // This very process has it.
    }
  }

  private static String read(FileChannel file) throws IOException {
    var bytes = ByteBuffer.allocate(32);
    file.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  private static void checkFormat(Path root, FileChannel lockFile) throws IOException {
    Path file = root.resolve("format");
    if (!Files.exists(file)) {
      Files.writeString(file, FORMAT + "\n");
      return;
    }
    String format = Files.readString(file).trim();
    if (!format.equals(FORMAT)) {
      lockFile.close();
      throw new DataDirectoryException(
          "data directory %s has format %s and this version knows format %s: run the version that wrote it, or a newer one"
              .formatted(root, format, FORMAT));
    }
  }

  public Path root() {
    return root;
  }

  public Path database() {
    return root.resolve("meta.db");
  }

  public Path journal() {
    return root.resolve("journal");
  }

  public Path objects() {
    return root.resolve("objects");
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new DataDirectoryException("data directory %s cannot be let go: %s".formatted(root, e));
    }
  }
}
