package dev.nightjar.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The operating system's files. */
final class RealDisk implements Disk {
  @Override
  public OpenFile create(Path file) throws IOException {
    return open(file, StandardOpenOption.CREATE_NEW);
  }

  @Override
  public OpenFile open(Path file) throws IOException {
    return open(file, StandardOpenOption.CREATE);
  }

  private static OpenFile open(Path file, OpenOption creation) throws IOException {
    var channel = OwnerOnly.open(file, creation, StandardOpenOption.WRITE);
    return new OpenFile() {
      @Override
      public int write(ByteBuffer bytes, long at) throws IOException {
        return channel.write(bytes, at);
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }

      @Override
      public void truncate(long size) throws IOException {
        channel.truncate(size);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    OwnerOnly.createDirectories(directory);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
