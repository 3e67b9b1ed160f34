package dev.nightjar.store;

import static dev.nightjar.store.ObjectStore.BLOCK_BYTES;

import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.ObjectStore.ObjectDamagedException;
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

  /** Fills {@code count} bytes of {@code buffer}; a piece that is short or damaged is an error. */
  public void readFully(long position, byte[] buffer, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      done += readStep(position + done, buffer, offset + done, count - done);
    }
  }

  /**
   * Brings up to {@code count} bytes into the buffer, at least one, and stops where what is left of
   * it has no room for the next block.
   */
  public int readSome(long position, byte[] buffer, int offset, int count) throws IOException {
    int done = 0;
    do {
      done += readStep(position + done, buffer, offset + done, count - done);
    } while (done < count && isNextBlockIn(position + done, count - done));
    return done;
  }

  private boolean isNextBlockIn(long position, int room) {
    int index = manifest.pieceAt(position);
    long inPiece = position - manifest.start(index);
    long left = manifest.pieces().get(index).bytes() - inPiece;
    return inPiece % BLOCK_BYTES == 0 && Math.min(left, BLOCK_BYTES) <= room;
  }

  /** Some bytes of one piece. One that cannot be read is opened anew: it may be put right. */
  private int readStep(long position, byte[] buffer, int offset, int count) throws IOException {
    int index = manifest.pieceAt(position);
    Piece piece = manifest.pieces().get(index);
    long inPiece = position - manifest.start(index);
    int wanted = (int) Math.min(count, piece.bytes() - inPiece);
    ObjectStore.Reader reader = reader(index);
    try {
      int n = reader.read(inPiece, buffer, offset, wanted);
      if (n == 0) {
        throw new EOFException(
            "object %s ends at %d bytes, its file says %d"
                .formatted(piece.key(), inPiece, piece.bytes()));
      }
      return n;
    } catch (EOFException | ObjectDamagedException e) {
      if (readers.compareAndSet(index, reader, null)) {
        reader.close();
      }
      throw e;
    }
  }

  /** The {@code count} bytes from {@code position} on, as a stream that needs no closing. */
  public InputStream stream(long position, long count) {
    return new Stream(position, Math.min(count, length() - position));
  }

  private ObjectStore.Reader reader(int index) throws IOException {
    ObjectStore.Reader reader = readers.get(index);
    if (reader == null && isForward && index > 0) {
      closePiece(index - 1);
    }
    while (reader == null) {
      ObjectStore.Reader opened = objects.open(manifest.pieces().get(index).key());
      if (readers.compareAndSet(index, null, opened)) {
        return opened;
      }
      opened.close();
      reader = readers.get(index); // None again, if its piece has failed meanwhile.
    }
    return reader;
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
      if (count == 0) {
        return 0;
      }
      if (left <= 0) {
        return -1;
      }
      int n = readStep(position, buffer, offset, (int) Math.min(count, left));
      position += n;
      left -= n;
      return n;
    }
  }
}
