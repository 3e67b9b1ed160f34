package dev.nightjar.store.local;

import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.OpenedFile;
import dev.nightjar.store.disk.OwnerOnly;
import dev.nightjar.store.files.FileObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The one directory that holds everything, locked by the process that uses it. The lock is the
 * operating system's: it goes with the process, however that ends. It is taken on two files: {@code
 * lock}, and {@code format}, without which nobody opens the directory, so that it holds when the
 * first is deleted. Nothing else in this process may open the lock file, since closing it would let
 * the lock go. Other users of the machine may not look into it.
 */
public final class DataDirectory implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DataDirectory.class.getName());

  /**
   * Since 2 objects end in checksums, which a program for 1 would not find; since 3 a batch may
   * have no deadline, which one for 2 would take for 1970.
   */
  private static final int FORMAT = 3;

  private static final int OLDEST_FORMAT = 1;
  private static final long LOCKED_BYTE = 1L << 30;

  /** The format of a directory that is being copied into. No version serves that. */
  private static final String INCOMPLETE = "incomplete";

  /**
   * What this process has open, since the operating system's lock is between processes: trying it
   * again here would drop it.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final Path realRoot;
  private final Locks locks;

  /** The two locked files. */
  private record Locks(FileChannel lock, FileChannel format) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (lock) {
        format.close();
      }
    }
  }

  /** The directory cannot be used; the message says why in a sentence. */
  public static final class DataDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DataDirectoryException(String message) {
      super(message);
    }
  }

  private DataDirectory(Path root, Path realRoot, Locks locks) {
    this.root = root;
    this.realRoot = realRoot;
    this.locks = locks;
  }

  /** Where things are in a data directory. */
  public record Layout(Path root) {
    public Path database() {
      return root.resolve("meta.db");
    }

    public Path journal() {
      return root.resolve("journal");
    }

    public Path objects() {
      return root.resolve("objects");
    }
  }

  /** What a directory has to be, looked at under its lock. */
  private interface FormatRule {
    void apply(Path root) throws IOException;
  }

  /** Creates it if there is none, and locks it. */
  public static DataDirectory open(Path root) {
    return open(root, DataDirectory::takeFormat);
  }

  /**
   * Creates a directory to copy into, or takes one that an earlier attempt left, and locks it.
   * Until {@link #complete} it cannot be served.
   */
  public static DataDirectory openIncomplete(Path root) {
    return open(root, DataDirectory::markIncomplete);
  }

  /** Where things are in a data directory that another process may be using. */
  public static Layout look(Path root) {
    Path file = root.resolve("format");
    if (!Files.isRegularFile(file)) {
      throw new DataDirectoryException(
          Files.exists(root)
              ? "%s is not a data directory: it has no file 'format'".formatted(root)
              : "data directory %s does not exist".formatted(root));
    }
    try {
      format(root);
      return new Layout(root);
    } catch (IOException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be read: %s".formatted(root, e.getMessage()));
    }
  }

  /** Whether an older version wrote it, and this one has not opened it yet. */
  public static boolean isOlder(Path root) {
    try {
      return format(root) < FORMAT;
    } catch (IOException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be read: %s".formatted(root, e.getMessage()));
    }
  }

  private static DataDirectory open(Path root, FormatRule format) {
    try {
      Directories.create(root);
      Path realRoot = root.toRealPath();
      if (!OPEN.add(realRoot)) {
        throw inUse(root, Long.toString(ProcessHandle.current().pid()));
      }
      try {
        return new DataDirectory(root, realRoot, lock(root, format));
      } catch (IOException | RuntimeException e) {
        OPEN.remove(realRoot);
        throw e;
      }
    } catch (FileAlreadyExistsException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be used: %s is a file, not a directory"
              .formatted(root, e.getFile()));
    } catch (AccessDeniedException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be used by this user: no access to %s"
              .formatted(root, e.getFile()));
    } catch (FileSystemException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be used: %s: %s".formatted(root, e.getFile(), e.getReason()));
    } catch (IOException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be used: %s".formatted(root, e.getMessage()));
    }
  }

  private static Locks lock(Path root, FormatRule format) throws IOException {
    var lockFile =
        OwnerOnly.open(
            root.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (lockFile.tryLock() == null) {
        throw inUse(root, read(lockFile));
      }
      format.apply(root);
      Privacy.restore(root).ifPresent(said -> LOG.log(Level.WARNING, said));
      var locks = new Locks(lockFile, lockFormat(root));
      lockFile.truncate(0);
      lockFile.write(utf8(Long.toString(ProcessHandle.current().pid())), 0);
      return locks;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Far behind its text, which other processes may read meanwhile. */
  private static FileChannel lockFormat(Path root) throws IOException {
    var file = FileChannel.open(root.resolve("format"), StandardOpenOption.WRITE);
    try {
      if (file.tryLock(LOCKED_BYTE, 1, false) == null) {
        throw inUse(root, "that does not hold its file 'lock' any more: somebody deleted it");
      }
      return file;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static DataDirectoryException inUse(Path root, String owner) {
    return new DataDirectoryException(
        "data directory %s is in use by process %s; stop it or choose another one"
            .formatted(root, owner));
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(FileChannel file) throws IOException {
    var bytes = ByteBuffer.allocate(32);
    file.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  /** From here on what an older program wrote is this one's, which the older one then refuses. */
  private static void takeFormat(Path root) throws IOException {
    if (!Files.exists(root.resolve("format"))) {
      checkIsNew(root);
      writeFormat(root, Integer.toString(FORMAT));
    } else if (format(root) != FORMAT) {
      writeFormat(root, Integer.toString(FORMAT));
    }
  }

  private static int format(Path root) throws IOException {
    String format = Files.readString(root.resolve("format")).trim();
    if (format.equals(INCOMPLETE)) {
      throw new DataDirectoryException(
          "data directory %s is a backup that did not end: delete it and make it again"
              .formatted(root));
    }
    for (int known = OLDEST_FORMAT; known <= FORMAT; known++) {
      if (format.equals(Integer.toString(known))) {
        return known;
      }
    }
    throw new DataDirectoryException(
        "data directory %s has format %s and this version knows format %d: run the version that wrote it, or a newer one"
            .formatted(root, format, FORMAT));
  }

  /** A format that somebody deleted would be no lock, and a database that is gone no database. */
  private static void checkIsNew(Path root) {
    Path database = new Layout(root).database();
    if (Files.exists(database)) {
      throw new DataDirectoryException(
          "data directory %s has a database and no file 'format': if no process uses it, write %d into that file"
              .formatted(root, FORMAT));
    }
  }

  /** What a database names would look like orphans to a new one, and be swept. */
  public void checkDatabase() throws IOException {
    if (!Files.exists(database()) && FileObjectStore.hasAny(objects())) {
      throw new DataDirectoryException(
          "data directory %s has objects and no database %s: put it back, or restore a backup"
              .formatted(root, database().getFileName()));
    }
  }

  private static void markIncomplete(Path root) throws IOException {
    Path file = root.resolve("format");
    boolean isOurs = Files.exists(file) && Files.readString(file).trim().equals(INCOMPLETE);
    if (!isOurs && !isEmpty(root)) {
      throw new DataDirectoryException(
          "%s is in the way: it is not what an earlier backup left".formatted(root));
    }
    writeFormat(root, INCOMPLETE);
  }

  /** But for what opening it leaves. */
  private static boolean isEmpty(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files
          .map(file -> file.getFileName().toString())
          .allMatch(name -> name.equals("lock") || name.equals("format.tmp"));
    }
  }

  /** Aside first: a crash leaves no format that nobody knows. */
  private static void writeFormat(Path root, String format) throws IOException {
    Path aside = root.resolve("format.tmp");
    try (var channel =
        OwnerOnly.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(utf8(format + "\n"));
      channel.force(true);
    }
    Files.move(aside, root.resolve("format"), StandardCopyOption.ATOMIC_MOVE);
    Directories.force(root);
  }

  /** All is copied and durable: from now on this is a data directory like any other. */
  public void complete() throws IOException {
    writeFormat(root, Integer.toString(FORMAT));
  }

  /** What has to stay as it is while this process uses the directory. */
  public List<OpenedFile> opened() throws IOException {
    return List.of(
        OpenedFile.of(root.resolve("format")),
        OpenedFile.of(database()),
        OpenedFile.named(journal()),
        OpenedFile.named(FileObjectStore.aside(objects())));
  }

  public Path root() {
    return root;
  }

  public Layout layout() {
    return new Layout(root);
  }

  public Path database() {
    return layout().database();
  }

  public Path journal() {
    return layout().journal();
  }

  public Path objects() {
    return layout().objects();
  }

  @Override
  public void close() {
    try {
      locks.close();
    } catch (IOException e) {
      throw new DataDirectoryException("data directory %s cannot be let go: %s".formatted(root, e));
    } finally {
      OPEN.remove(realRoot);
    }
  }
}
