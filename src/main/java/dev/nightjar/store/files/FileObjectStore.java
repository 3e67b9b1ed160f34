package dev.nightjar.store.files;

import dev.nightjar.store.Directories;
import dev.nightjar.store.Disk;
import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Objects as plain files in 256 folders. An object is written aside, forced, renamed, and its
 * folder forced, in this order (rule R5): a crash leaves a whole object, or a file aside that the
 * next start removes.
 */
public final class FileObjectStore implements ObjectStore {
  private static final Pattern KEY =
      Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]*(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)*");
  private static final int FOLDERS = 256;

  /** Stands for the slash in file names; no key has it. */
  private static final char SLASH = '@';

  private final Path root;
  private final Path aside;
  private final Disk disk;
  private final ObjectFolders folders;
  private final AtomicLong names = new AtomicLong();

  public FileObjectStore(Path root) throws IOException {
    this(root, Disk.REAL);
  }

  public FileObjectStore(Path root, Disk disk) throws IOException {
    this.root = root;
    this.aside = root.resolve("tmp");
    this.disk = disk;
    this.folders = new ObjectFolders(disk);
    Directories.create(aside, disk);
    for (Path left : files(aside)) {
      disk.delete(left);
    }
  }

  /** Where the object with this key is, in the store at {@code root}. */
  static Path path(Path root, String key) {
    return folder(root, key).resolve(name(key));
  }

  private static String name(String key) {
    if (!KEY.matcher(key).matches() || key.length() > 200) {
      throw new IllegalArgumentException("not an object key: " + key);
    }
    return key.replace('/', SLASH);
  }

  private static Path folder(Path root, String key) {
    int hash = key.hashCode();
    return folder(root, (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (FOLDERS - 1));
  }

  private static Path folder(Path root, int index) {
    return root.resolve("%02x".formatted(index));
  }

  @Override
  public Writer create(String key) throws IOException {
    Path file = aside.resolve(Long.toString(names.incrementAndGet()));
    return new ObjectFileWriter(disk, folders, folder(root, key), name(key), file);
  }

  @Override
  public Reader open(String key) throws IOException {
    try {
      return new ObjectFileReader(path(root, key));
    } catch (NoSuchFileException _) {
      throw new ObjectMissingException(key);
    }
  }

  @Override
  public long length(String key) throws IOException {
    try {
      return Files.size(path(root, key));
    } catch (NoSuchFileException _) {
      throw new ObjectMissingException(key);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    return disk.delete(path(root, key));
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    return list(root, prefix);
  }

  /** The same of a store that another process has open. */
  static List<Entry> list(Path root, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < FOLDERS; i++) {
      entries.addAll(entries(folder(root, i), prefix));
    }
    return entries;
  }

  /** A page is a folder, and its number the place. */
  @Override
  public Page page(String place) throws IOException {
    int index = place.equals(Page.FIRST) ? 0 : Integer.parseInt(place);
    String next = index + 1 < FOLDERS ? Integer.toString(index + 1) : Page.FIRST;
    return new Page(entries(folder(root, index), ""), next);
  }

  private static List<Entry> entries(Path folder, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (Path file : files(folder)) {
      String key = file.getFileName().toString().replace(SLASH, '/');
      if (key.startsWith(prefix)) {
        entry(key, file).ifPresent(entries::add);
      }
    }
    return entries;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException _) {
      return List.of(); // Made when the first object goes there.
    }
  }

  private static Optional<Entry> entry(String key, Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Entry(key, attributes.size(), attributes.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // Deleted meanwhile.
    }
  }

  @Override
  public void close() {}
}
