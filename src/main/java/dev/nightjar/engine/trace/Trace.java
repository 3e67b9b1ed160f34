package dev.nightjar.engine.trace;

import dev.nightjar.file.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * The engine's state at a moment, and what it was told since.
 *
 * @param version of the program that wrote it; only the same reads it
 * @param now the engine's time at that moment
 * @param steps how many there are; the last may have come to no end
 * @param failure what ended the process, with where; empty for nothing
 */
public record Trace(
    String version, long now, int steps, Bytes state, Bytes events, String failure) {
  private static final byte[] MAGIC = "nightjar trace 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int PART_BYTES_MAX = 1 << 30;
  private static final int FRAMES_MAX = 30;
  private static final int MESSAGE_CHARACTERS_MAX = 1_000;

  /** A file that is none, or none of this version; the message says which in a sentence. */
  public static final class TraceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TraceException(String message) {
      super(message);
    }
  }

  static String ourVersion() {
    String version = Trace.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** What it says and where it came from. */
  public static String text(Throwable failure) {
    String said = failure.toString();
    var text =
        new StringBuilder(said.substring(0, Math.min(said.length(), MESSAGE_CHARACTERS_MAX)));
    Arrays.stream(failure.getStackTrace())
        .limit(FRAMES_MAX)
        .forEach(frame -> text.append("\n  at ").append(frame));
    return text.toString();
  }

  void write(OutputStream to) throws IOException {
    to.write(MAGIC);
    try (var out = new DataOutputStream(new GZIPOutputStream(to))) {
      out.writeUTF(version);
      out.writeLong(now);
      out.writeInt(steps);
      write(state, out);
      write(events, out);
      out.writeUTF(failure);
    }
  }

  private static void write(Bytes bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length());
    bytes.writeTo(out);
  }

  public static Trace read(InputStream from) throws IOException {
    if (!Arrays.equals(from.readNBytes(MAGIC.length), MAGIC)) {
      throw new TraceException("it is not a trace of nightjar");
    }
    try (var in = new DataInputStream(new GZIPInputStream(from))) {
      String version = in.readUTF();
      if (!version.equals(ourVersion())) {
        throw otherVersion(version);
      }
      var trace =
          new Trace(version, in.readLong(), in.readInt(), bytes(in), bytes(in), in.readUTF());
      if (in.read() >= 0) { // To the end, where its checksum is.
        throw new EOFException();
      }
      return trace;
    } catch (EOFException | ZipException e) {
      throw new TraceException("it is cut short or damaged");
    }
  }

  static TraceException otherVersion(String version) {
    return new TraceException(
        "nightjar %s wrote it, and only the same reads it; this is nightjar %s"
            .formatted(version, ourVersion()));
  }

  private static Bytes bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > PART_BYTES_MAX) {
      throw new EOFException();
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return Bytes.of(bytes);
  }
}
