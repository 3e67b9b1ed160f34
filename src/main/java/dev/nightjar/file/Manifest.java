package dev.nightjar.file;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The ordered list of objects that is a file: reading them one after the other gives its bytes. An
 * upload is one piece; the output of a batch is one piece for each sealed chunk.
 */
public final class Manifest {
  private static final int VERSION = 1;

  private final List<Piece> pieces;
  private final long[] starts;
  private final long bytes;

  /**
   * One object of a file.
   *
   * @param key the object's key in the object store
   * @param bytes its length; never 0
   */
  public record Piece(String key, long bytes) {
    public Piece {
      if (bytes <= 0) {
        throw new IllegalArgumentException("empty piece " + key);
      }
    }
  }

  public Manifest(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
    this.starts = new long[pieces.size()];
    long start = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = start;
      start += pieces.get(i).bytes();
    }
    this.bytes = start;
  }

  /** The manifest of a file held in one object; of an empty one when {@code bytes} is 0. */
  public static Manifest ofObject(String key, long bytes) {
    return new Manifest(bytes == 0 ? List.of() : List.of(new Piece(key, bytes)));
  }

  public List<Piece> pieces() {
    return pieces;
  }

  public long bytes() {
    return bytes;
  }

  /** Where the piece with this index begins in the file. */
  public long start(int index) {
    return starts[index];
  }

  /** The index of the piece that holds the byte at {@code position}, by binary search. */
  public int pieceAt(long position) {
    if (position < 0 || position >= bytes) {
      throw new IllegalArgumentException("position %d of %d bytes".formatted(position, bytes));
    }
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /** A compact form: deflated, a few bytes a piece, since keys of one batch differ by little. */
  public byte[] encode() {
    var bytesOut = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(new DeflaterOutputStream(bytesOut))) {
      out.writeByte(VERSION);
      out.writeInt(pieces.size());
      for (Piece piece : pieces) {
        out.writeUTF(piece.key());
        out.writeLong(piece.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytesOut.toByteArray();
  }

  public static Manifest decode(byte[] encoded) {
    try (var in =
        new DataInputStream(new InflaterInputStream(new java.io.ByteArrayInputStream(encoded)))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException("manifest version " + version + ", known is " + VERSION);
      }
      int count = in.readInt();
      var pieces = new ArrayList<Piece>(count);
      for (int i = 0; i < count; i++) {
        pieces.add(new Piece(in.readUTF(), in.readLong()));
      }
      return new Manifest(pieces);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
