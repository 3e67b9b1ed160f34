package dev.nightjar.store.files;

import dev.nightjar.store.Directories;
import dev.nightjar.store.ObjectStore.Entry;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Copies objects from a store that another process may be using into a directory that nobody uses
 * yet. An object never changes, so that where both are on one filesystem a second name (a hard
 * link) is as good as a copy, and takes no time and no room. One thread only. If the process dies,
 * what it has copied may be there in part.
 */
public final class ObjectCopy {
  private final Path from;
  private final Path to;

  /** Whose entries are not durable yet. */
  private final Set<Path> folders = new HashSet<>();

  public ObjectCopy(Path from, Path to) {
    this.from = from;
    this.to = to;
  }

  /** Copies an object, if it is not there already. */
  public void copy(String key) throws IOException {
    Path target = FileObjectStore.path(to, key);
    if (Files.exists(target)) {
      return;
    }
    Path folder = Objects.requireNonNull(target.getParent());
    if (folders.add(folder)) {
      OwnerOnly.createDirectories(folder);
    }
    Path source = FileObjectStore.path(from, key);
    try {
      linkOrCopy(source, target);
    } catch (NoSuchFileException e) {
      throw Files.exists(source) ? e : new ObjectMissingException(key);
    }
  }

  private static void linkOrCopy(Path source, Path target) throws IOException {
    try {
      Files.createLink(target, source);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException _) {
      // Another filesystem, or one without links, or no more links to this file.
      Files.copy(source, target);
      OwnerOnly.close(target);
      try (var channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** Copies those that are there; one that is deleted meanwhile is left out. */
  public void copyAll(String prefix) throws IOException {
    for (Entry entry : FileObjectStore.list(from, prefix)) {
      try {
        copy(entry.key());
      } catch (ObjectMissingException _) {
        // Deleted since it was listed.
      }
    }
  }

  /** How long the copy of an object is; {@link ObjectMissingException} when there is none. */
  public long length(String key) throws IOException {
    try {
      return Files.size(FileObjectStore.path(to, key));
    } catch (NoSuchFileException _) {
      throw new ObjectMissingException(key);
    }
  }

  /** Makes all copies durable. */
  public void force() throws IOException {
    for (Path folder : folders) {
      Directories.force(folder);
    }
    folders.clear();
    Directories.force(to);
  }
}
