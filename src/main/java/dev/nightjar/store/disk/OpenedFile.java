package dev.nightjar.store.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was when this process opened it. One that is deleted or replaced still takes what is
 * written to it, and keeps nothing of that.
 *
 * @param key what it is, whatever its name; null where the system does not say, or where its name
 *     is all that counts
 */
public record OpenedFile(Path path, @Nullable Object key) {
  /** Of a file that is there. */
  public static OpenedFile of(Path path) throws IOException {
    return new OpenedFile(path, fileKey(path));
  }

  /** Of something that must be there, whichever it is. */
  public static OpenedFile named(Path path) {
    return new OpenedFile(path, null);
  }

  /** It is gone, or has another's name now. What cannot be looked at is not called lost. */
  public boolean isLost() {
    try {
      Object now = fileKey(path);
      return key != null && !key.equals(now);
    } catch (NoSuchFileException _) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** The process cannot go on with what it has open. */
  public static final class LostFileException extends IOException {
    private static final long serialVersionUID = 1;

    public LostFileException(Path path) {
      super(
          path
              + " was deleted or replaced while it was in use; the next start goes on with what is"
              + " there, and runs again what was answered and is not");
    }
  }
}
