package dev.nightjar.store.files;

import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes folders for objects. Whoever finds a folder that another thread, or a process that was
 * killed, has just made forces its name all the same: only then is an object in it durable. Any
 * thread may call it.
 */
final class ObjectFolders {
  private final Disk disk;

  /** At most as many as the store has folders. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  ObjectFolders(Disk disk) {
    this.disk = disk;
  }

  void make(Path folder) throws IOException {
    if (!durable.contains(folder)) {
      Directories.create(folder, disk);
      durable.add(folder);
    }
  }
}
