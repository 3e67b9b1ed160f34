package dev.nightjar.testing;

import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that does what another does, but says that it forced what it did not. */
public interface ForwardingDisk extends Disk {
  Disk inner();

  default boolean forces(Path file) {
    return true;
  }

  default boolean forcesDirectory(Path directory) {
    return true;
  }

  @Override
  default OpenFile create(Path file) throws IOException {
    return file(file, inner().create(file));
  }

  @Override
  default OpenFile open(Path file) throws IOException {
    return file(file, inner().open(file));
  }

  private OpenFile file(Path path, OpenFile file) {
    return new OpenFile() {
      @Override
      public int write(ByteBuffer bytes, long at) throws IOException {
        return file.write(bytes, at);
      }

      @Override
      public void force() throws IOException {
        if (forces(path)) {
          file.force();
        }
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  default void rename(Path from, Path to) throws IOException {
    inner().rename(from, to);
  }

  @Override
  default boolean delete(Path file) throws IOException {
    return inner().delete(file);
  }

  @Override
  default void createDirectory(Path directory) throws IOException {
    inner().createDirectory(directory);
  }

  @Override
  default void forceDirectory(Path directory) throws IOException {
    if (forcesDirectory(directory)) {
      inner().forceDirectory(directory);
    }
  }
}
