package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The file of an object, in one of 256 folders. One that ends in {@link Checksums} says so in its
 * name, where no flipped bit of the file can change it. A bare name is that of a file from before
 * there were checksums: it is read unchecked.
 */
record ObjectFile(Path path, boolean isChecked) {
  static final int FOLDERS = 256;
  private static final Pattern KEY =
      Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]*(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)*");

  /** Stands for the slash in file names; no key has it. */
  private static final char SLASH = '@';

  /** No key ends so. */
  private static final String CHECKED = "+crc";

  /** Something that is done with an object's file, and fails if there is no such file. */
  interface Use<T> {
    T of(ObjectFile file) throws IOException;
  }

  /** The file that an object is written to, in the store at {@code root}. */
  static ObjectFile of(Path root, String key) {
    return new ObjectFile(folder(root, key).resolve(name(key) + CHECKED), true);
  }

  /** The file that an older program wrote it to. */
  static ObjectFile ofBefore(Path root, String key) {
    return new ObjectFile(folder(root, key).resolve(name(key)), false);
  }

  /** Uses the file that is there. */
  static <T> T find(Path root, String key, Use<T> use) throws IOException {
    try {
      return use.of(of(root, key));
    } catch (NoSuchFileException _) {
      try {
        return use.of(ofBefore(root, key));
      } catch (NoSuchFileException _) {
        throw new ObjectMissingException(key);
      }
    }
  }

  /** Of a file that is in a folder of the store. */
  static ObjectFile at(Path path) {
    return new ObjectFile(path, path.getFileName().toString().endsWith(CHECKED));
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

  static Path folder(Path root, int index) {
    return root.resolve("%02x".formatted(index));
  }

  String key() {
    String name = path.getFileName().toString();
    int length = name.length() - (isChecked ? CHECKED.length() : 0);
    return name.substring(0, length).replace(SLASH, '/');
  }

  /** The file of the same object in another store. */
  ObjectFile in(Path root) {
    return new ObjectFile(folder(root, key()).resolve(path.getFileName()), isChecked);
  }

  ObjectFile checkIsThere() throws NoSuchFileException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    return this;
  }

  /** How long the object in this file is; -1 if none makes a file of this length. */
  long objectBytes(long fileBytes) {
    return isChecked ? Checksums.objectBytes(fileBytes) : fileBytes;
  }

  /** The same, where one that none makes is damage. */
  long length(long fileBytes, Damage damage) throws ObjectDamagedException {
    long bytes = objectBytes(fileBytes);
    if (bytes < 0) {
      String how = "its file has %d bytes, as no object with checksums has".formatted(fileBytes);
      throw damage.found(key(), how);
    }
    return bytes;
  }
}
