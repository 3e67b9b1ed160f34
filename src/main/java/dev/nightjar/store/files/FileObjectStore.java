package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Objects as files in 256 folders, with checksums. An object is written aside, forced, renamed, and
 * its folder forced, in this order (rule R5): a crash leaves a whole object, or a file aside that
 * the next start removes.
 */
public final class FileObjectStore implements ObjectStore {
  private final Path root;
  private final Path aside;
  private final Disk disk;
  private final ObjectFolders folders;
  private final AtomicLong names = new AtomicLong();
  private final Damage damage = new Damage();
  private final BlockCache blocks = new BlockCache();

  public FileObjectStore(Path root) throws IOException {
    this(root, Disk.REAL);
  }

  public FileObjectStore(Path root, Disk disk) throws IOException {
    this.root = root;
    this.aside = aside(root);
    this.disk = disk;
    this.folders = new ObjectFolders(disk);
    Directories.create(aside, disk);
    for (Path left : files(aside)) {
      disk.delete(left);
    }
  }

  /** Where objects are written: unlike the folders of objects it is made at the start only. */
  public static Path aside(Path root) {
    return root.resolve("tmp");
  }

  @Override
  public Writer create(String key) throws IOException {
    ObjectFile target = ObjectFile.of(root, key);
    Path file = aside.resolve(Long.toString(names.incrementAndGet()));
    return new ObjectFileWriter(disk, folders, target.path(), file);
  }

  @Override
  public Reader open(String key) throws IOException {
    return ObjectFile.find(root, key, file -> new ObjectFileReader(file, damage, blocks));
  }

  @Override
  public long length(String key) throws IOException {
    return ObjectFile.find(root, key, file -> file.length(Files.size(file.path()), damage));
  }

  @Override
  public boolean delete(String key) throws IOException {
    return disk.delete(ObjectFile.of(root, key).path())
        || disk.delete(ObjectFile.ofBefore(root, key).path());
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    return list(root, prefix);
  }

  /** The same of a store that another process has open. */
  static List<Entry> list(Path root, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < ObjectFile.FOLDERS; i++) {
      entries.addAll(entries(ObjectFile.folder(root, i), prefix));
    }
    return entries;
  }

  /** Whether there is an object in the store at {@code root}, which may not exist. */
  public static boolean hasAny(Path root) throws IOException {
    for (int i = 0; i < ObjectFile.FOLDERS; i++) {
      if (!files(ObjectFile.folder(root, i)).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** A page is a folder, and its number the place. */
  @Override
  public Page page(String place) throws IOException {
    int index = place.equals(Page.FIRST) ? 0 : Integer.parseInt(place);
    String next = index + 1 < ObjectFile.FOLDERS ? Integer.toString(index + 1) : Page.FIRST;
    return new Page(entries(ObjectFile.folder(root, index), ""), next);
  }

  private static List<Entry> entries(Path folder, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    for (Path path : files(folder)) {
      ObjectFile file = ObjectFile.at(path);
      if (file.key().startsWith(prefix)) {
        entry(file).ifPresent(entries::add);
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

  private static Optional<Entry> entry(ObjectFile file) throws IOException {
    try {
      var attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
      long bytes = Math.max(0, file.objectBytes(attributes.size()));
      return Optional.of(new Entry(file.key(), bytes, attributes.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // Deleted meanwhile.
    }
  }

  @Override
  public long damagedReads() {
    return damage.sum();
  }

  @Override
  public void close() {}
}
