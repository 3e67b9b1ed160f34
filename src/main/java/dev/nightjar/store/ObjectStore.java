package dev.nightjar.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/**
 * Holds bulk bytes by key: inputs, sealed chunks, spooled answers. An object is complete or absent,
 * also after a crash at any instruction, and never changes. Keys are {@code [a-zA-Z0-9._/-]+}. Any
 * thread may call it.
 */
public interface ObjectStore extends AutoCloseable {
  /** What is checked at once, and so cheapest to read: from a multiple of this, that many. */
  int BLOCK_BYTES = 64 * 1024;

  /** Begins an object; nothing is visible until {@link Writer#commit}. An equal key is replaced. */
  Writer create(String key) throws IOException;

  /** Opens an object for reading; {@link ObjectMissingException} when there is none. */
  Reader open(String key) throws IOException;

  /** How long an object is, found without reading it; {@link ObjectMissingException} as above. */
  long length(String key) throws IOException;

  /** Removes an object; true if there was one. */
  boolean delete(String key) throws IOException;

  /** All objects whose key begins with {@code prefix}, at once. */
  List<Entry> list(String prefix) throws IOException;

  /**
   * Some of all objects, in no particular order. Pages asked for one after the other, from {@link
   * Page#FIRST} on, bring each object that is there all the time once.
   */
  Page page(String place) throws IOException;

  /** How often a read found an object that is not as it was written, since the start. */
  long damagedReads();

  @Override
  void close();

  /** An object, its length and when it was written. */
  record Entry(String key, long bytes, Instant modifiedAt) {}

  /**
   * A part of all objects.
   *
   * @param next the place of the next page; {@link #FIRST} again after the last one
   */
  record Page(List<Entry> entries, String next) {
    public static final String FIRST = "";

    public Page {
      entries = List.copyOf(entries);
    }
  }

  /** Writes one object. Closing without {@code commit} discards what was written. */
  abstract class Writer extends OutputStream {
    /** Makes the object durable and visible: it survives a power cut once this returns. */
    public abstract void commit() throws IOException;

    public abstract long bytesWritten();
  }

  /**
   * Reads one object at any position; several threads may read at once. It gives no byte that is
   * not as it was written: {@link ObjectDamagedException} instead.
   */
  interface Reader extends AutoCloseable {
    long length();

    /**
     * Brings up to {@code count} bytes from {@code position} on into the buffer, fewer where a
     * block ends; bytes read, 0 only at the object's end.
     */
    int read(long position, byte[] buffer, int offset, int count) throws IOException;

    /** The bytes from {@code position} on, {@code count} of them; the reader stays open. */
    InputStream stream(long position, long count);

    @Override
    void close();
  }

  /** A row names an object that is not there: corruption, to be said loudly. */
  final class ObjectMissingException extends IOException {
    private static final long serialVersionUID = 1;

    public ObjectMissingException(String key) {
      super("object " + key + " is missing from the object store");
    }
  }

  /** An object is not as it was written: corruption too. */
  final class ObjectDamagedException extends IOException {
    private static final long serialVersionUID = 1;

    public ObjectDamagedException(String key, String how) {
      super("object " + key + " is damaged: " + how);
    }
  }
}
