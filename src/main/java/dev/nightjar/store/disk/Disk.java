package dev.nightjar.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The calls by which the stores change files, which are their owner's alone. What is written can be
 * lost by a power cut until the file is forced; a name that is given, changed or taken away, until
 * its directory is. Reading goes past this interface. It exists so that a test can lose what was
 * not forced.
 */
public interface Disk {
  Disk REAL = new RealDisk();

  /** Opens a file for writing; there must be none of this name. */
  OpenFile create(Path file) throws IOException;

  /** Opens a file for writing, creating it if there is none. */
  OpenFile open(Path file) throws IOException;

  /** At once, as far as other processes can see; a file that has the new name is replaced. */
  void rename(Path from, Path to) throws IOException;

  /** True if there was such a file. */
  boolean delete(Path file) throws IOException;

  /** Its parent must exist; one that exists already is no error. */
  void createDirectory(Path directory) throws IOException;

  /** Makes the names in a directory durable. */
  void forceDirectory(Path directory) throws IOException;

  /** A file that is being written, by one thread. */
  interface OpenFile extends AutoCloseable {
    int write(ByteBuffer bytes, long at) throws IOException;

    /** Makes all that was written durable, and the file's length. */
    void force() throws IOException;

    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
  }
}
