package dev.nightjar.store.files;

import dev.nightjar.store.Directories;
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
  private final AtomicLong names = new AtomicLong();

  public FileObjectStore(Path root) throws IOException {
    this.root = root;
    this.aside = root.resolve("tmp");
    Directories.create(aside);
    for (Path left : files(aside)) {
      Files.delete(left);
    }
  }

  private Path folder(int index) {
    return root.resolve("%02x".formatted(index));
  }

  private Path path(String key) {
    return folder(key).resolve(name(key));
  }

  private static String name(String key) {
    if (!KEY.matcher(key).matches() || key.length() > 200) {
      throw new IllegalArgumentException("not an object key: " + key);
    }
    return key.replace('/', SLASH);
  }

  private Path folder(String key) {
    int hash = key.hashCode();
    return folder((hash ^ (hash >>> 8) ^ (hash >>> 16)) & (FOLDERS - 1));
  }

  @Override
  public Writer create(String key) throws IOException {
    Path file = aside.resolve(Long.toString(names.incrementAndGet()));
    return new ObjectFileWriter(folder(key), name(key), file);
  }

  @Override
  public Reader open(String key) throws IOException {
    try {
      return new ObjectFileReader(path(key));
    } catch (NoSuchFileException _) {
      throw new ObjectMissingException(key);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    return Files.deleteIfExists(path(key));
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < FOLDERS; i++) {
      entries.addAll(entries(i, prefix));
    }
    return entries;
  }

  /** A page is a folder, and its number the place. */
  @Override
  public Page page(String place) throws IOException {
    int index = place.equals(Page.FIRST) ? 0 : Integer.parseInt(place);
    String next = index + 1 < FOLDERS ? Integer.toString(index + 1) : Page.FIRST;
    return new Page(entries(index, ""), next);
  }

  private List<Entry> entries(int folder, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (Path file : files(folder(folder))) {
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
