package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.Entry;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.OwnerOnly;
import java.io.IOException;
import java.io.OutputStream;
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
  private final Damage damage = new Damage();
  private final BlockCache blocks = new BlockCache();

  /** Whose entries are not durable yet. */
  private final Set<Path> folders = new HashSet<>();

  public ObjectCopy(Path from, Path to) {
    this.from = from;
    this.to = to;
  }

  /** Copies an object, if it is not there already. */
  public void copy(String key) throws IOException {
    ObjectFile source = ObjectFile.find(from, key, ObjectFile::checkIsThere);
    ObjectFile target = source.in(to);
    if (Files.exists(target.path())) {
      return;
    }
    Path folder = Objects.requireNonNull(target.path().getParent());
    if (folders.add(folder)) {
      OwnerOnly.createDirectories(folder);
    }
    try {
      linkOrCopy(source, target);
    } catch (NoSuchFileException e) {
      throw Files.exists(source.path()) ? e : new ObjectMissingException(key);
    }
  }

  private void linkOrCopy(ObjectFile source, ObjectFile target) throws IOException {
    try {
      Files.createLink(target.path(), source.path());
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException _) {
      // Another filesystem, or one without links, or no more links to this file.
      Files.copy(source.path(), target.path());
      OwnerOnly.close(target.path());
      check(target);
      try (var channel = FileChannel.open(target.path(), StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** While it is in memory: damage that is copied is found again where nothing is left to help. */
  private void check(ObjectFile copy) throws IOException {
    try (var reader = new ObjectFileReader(copy, damage, blocks)) {
      reader.stream(0, reader.length()).transferTo(OutputStream.nullOutputStream());
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
    return ObjectFile.find(to, key, file -> file.length(Files.size(file.path()), damage));
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
