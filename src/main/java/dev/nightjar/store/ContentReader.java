package dev.nightjar.store;

import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reads a file at any position, whatever objects it is made of. Any thread may call it; a piece is
 * opened at its first read and stays open until {@link #close}.
 */
public final class ContentReader implements AutoCloseable {
  private final ObjectStore objects;
  private final Manifest manifest;
  private final AtomicReferenceArray<ObjectStore.Reader> readers;
  private final boolean isForward;

  public ContentReader(ObjectStore objects, Manifest manifest) {
    this(objects, manifest, false);
  }

  private ContentReader(ObjectStore objects, Manifest manifest, boolean isForward) {
    this.objects = objects;
    this.manifest = manifest;
    this.isForward = isForward;
    this.readers = new AtomicReferenceArray<>(manifest.pieces().size());
  }

  /** For one thread that reads forward: only one piece is open at a time, of however many. */
  public static ContentReader forward(ObjectStore objects, Manifest manifest) {
    return new ContentReader(objects, manifest, true);
  }

  public long length() {
    return manifest.bytes();
  }

  /** Fails unless all objects of these bytes are there and as long as the file says. */
  public void check(long position, long count) throws IOException {
    if (count <= 0) {
      return;
    }
    int last = manifest.pieceAt(position + count - 1);
    for (int index = manifest.pieceAt(position); index <= last; index++) {
      Piece piece = manifest.pieces().get(index);
      long length = objects.length(piece.key());
      if (length != piece.bytes()) {
        throw new EOFException(
            "object %s has %d bytes, its file says %d"
                .formatted(piece.key(), length, piece.bytes()));
      }
    }
  }

  /** Exactly {@code count} bytes from {@code position} on. */
  public byte[] read(long position, int count) throws IOException {
    byte[] bytes = new byte[count];
    readFully(position, bytes, 0, count);
    return bytes;
  }

  /**
   * Fills {@code count} bytes of {@code buffer}; a piece shorter than its manifest says is an
   * error.
   */
  public void readFully(long position, byte[] buffer, int offset, int count) throws IOException {
    long from = position;
    int done = 0;
    while (done < count) {
      int index = manifest.pieceAt(from);
      Piece piece = manifest.pieces().get(index);
      long inPiece = from - manifest.start(index);
      int wanted = (int) Math.min(count - done, piece.bytes() - inPiece);
      int n = reader(index).read(inPiece, buffer, offset + done, wanted);
      if (n < wanted) {
        throw new EOFException(
            "object %s ends at %d bytes, its file says %d"
                .formatted(piece.key(), inPiece + Math.max(n, 0), piece.bytes()));
      }
      done += n;
      from += n;
    }
  }

  /** The {@code count} bytes from {@code position} on, as a stream that needs no closing. */
  public InputStream stream(long position, long count) {
    return new Stream(position, Math.min(count, length() - position));
  }

  private ObjectStore.Reader reader(int index) throws IOException {
    ObjectStore.Reader reader = readers.get(index);
    if (reader != null) {
      return reader;
    }
    if (isForward && index > 0) {
      closePiece(index - 1);
    }
    ObjectStore.Reader opened = objects.open(manifest.pieces().get(index).key());
    if (readers.compareAndSet(index, null, opened)) {
      return opened;
    }
    opened.close();
    return readers.get(index);
  }

  @Override
  public void close() {
    for (int i = 0; i < readers.length(); i++) {
      closePiece(i);
    }
  }

  private void closePiece(int index) {
    ObjectStore.Reader reader = readers.getAndSet(index, null);
    if (reader != null) {
      reader.close();
    }
  }

  private final class Stream extends InputStream {
    private long position;
    private long left;

    Stream(long position, long left) {
      this.position = position;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(count, left);
      readFully(position, buffer, offset, n);
      position += n;
      left -= n;
      return n;
    }
  }
}
