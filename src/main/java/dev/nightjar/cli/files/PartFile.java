package dev.nightjar.cli.files;

import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.LocalFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * A file that appears whole: written beside its place, forced, renamed. What is left of it when the
 * process dies has {@code .part} in its name, and can be gone on with.
 */
final class PartFile implements AutoCloseable {
  private final Path target;
  private final Path part;
  private final FileChannel channel;

  private PartFile(Path target, Path part, FileChannel channel) {
    this.target = target;
    this.part = part;
    this.channel = channel;
  }

  /** Begins anew. */
  static PartFile create(Path target) {
    PartFile file = goOn(target, "");
    try {
      file.channel.truncate(0);
      return file;
    } catch (IOException e) {
      throw LocalFile.cannotWrite(target, e);
    }
  }

  /** Goes on with what an earlier process left of the same content, named by its {@code tag}. */
  static PartFile goOn(Path target, String tag) {
    String name = target.getFileName() + (tag.isEmpty() ? "" : "." + tag) + ".part";
    Path part = target.resolveSibling(name);
    if (Files.isDirectory(target)) {
      throw CommandException.wrong(target + " is a directory");
    }
    try {
      FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw CommandException.wrong(part + " is being written by another process");
      }
      channel.position(channel.size());
      return new PartFile(target, part, channel);
    } catch (IOException e) {
      throw LocalFile.cannotWrite(target, e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  long length() throws IOException {
    return channel.size();
  }

  OutputStream out() {
    return Channels.newOutputStream(channel);
  }

  FileChannel channel() {
    return channel;
  }

  /** Makes it durable and gives it its name; a file of that name is replaced. */
  void commit() throws IOException {
    channel.force(true);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceName();
  }

  private void forceName() throws IOException {
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
    try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (AccessDeniedException _) {
      // Where folders cannot be opened, the system makes names durable by itself or not at all.
    }
  }

  void discard() throws IOException {
    Files.deleteIfExists(part);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
