package dev.nightjar.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** What a client sends over HTTP/2, byte by byte: for tests of clients that behave badly. */
public final class Http2Frames {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  private static final int METHOD_POST = 0x83;
  private static final int SCHEME_HTTP = 0x86;
  private static final int NAME_AUTHORITY = 1;
  private static final int NAME_PATH = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The preface and empty settings. */
  public static Http2Frames connection() {
    var frames = new Http2Frames();
    frames.out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    return frames.frame(SETTINGS, 0, 0, new byte[0]);
  }

  public Http2Frames frame(int type, int flags, int stream, byte[] payload) {
    out.write(payload.length >> 16);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(stream >> shift);
    }
    out.writeBytes(payload);
    return this;
  }

  /** Begins a POST whose body follows; pairs of name and value are its headers. */
  public Http2Frames post(int stream, String path, String... headers) {
    var block = new ByteArrayOutputStream();
    block.write(METHOD_POST);
    block.write(SCHEME_HTTP);
    block.write(NAME_PATH);
    literal(block, path);
    block.write(NAME_AUTHORITY);
    literal(block, "localhost");
    for (int i = 0; i < headers.length; i += 2) {
      block.write(0);
      literal(block, headers[i]);
      literal(block, headers[i + 1]);
    }
    return frame(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  public Http2Frames data(int stream, String text) {
    return frame(DATA, 0, stream, text.getBytes(US_ASCII));
  }

  public Http2Frames end(int stream) {
    return frame(DATA, END_STREAM, stream, new byte[0]);
  }

  public byte[] bytes() {
    return out.toByteArray();
  }

  /** A text of at most 126 characters. */
  private static void literal(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(US_ASCII));
  }
}
