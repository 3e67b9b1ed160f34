package dev.nightjar.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client that sends any bytes at all, and reads what HTTP/1.1 answers. One thread. */
public final class RawHttp implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int LINE_BYTES_MAX = 64 * 1024;

  private final Socket socket;
  private final InputStream in;

  /**
   * An answer.
   *
   * @param headers by their names in lower case
   */
  public record Response(int status, Map<String, String> headers, String body) {}

  public RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends a request as the only one of its connection, and nothing more. */
  public static List<Response> exchange(int port, String request) throws IOException {
    try (var client = new RawHttp(port)) {
      client.send(request.getBytes(ISO_8859_1));
      client.sendNoMore();
      return client.readAll(false);
    }
  }

  /** False if the server has closed the connection before it had all. */
  public boolean send(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      return true;
    } catch (SocketException _) {
      return false;
    }
  }

  public void sendNoMore() throws IOException {
    try {
      socket.shutdownOutput();
    } catch (SocketException _) {
      // The server has closed the connection already.
    }
  }

  /** All answers until the server closes the connection, or goes on in another protocol. */
  public List<Response> readAll(boolean isToHead) throws IOException {
    var responses = new ArrayList<Response>();
    Response next = read(isToHead);
    while (next != null) {
      responses.add(next);
      next = next.status() == 101 ? null : read(isToHead);
    }
    return responses;
  }

  /** Reads whatever comes until the server closes the connection. */
  public void skipAll() throws IOException {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (SocketException _) {
      // A reset is an end too.
    }
  }

  /** The next answer, or null if the server has closed the connection. */
  public @Nullable Response read(boolean isToHead) throws IOException {
    String line = line();
    while (line != null && line.isEmpty()) {
      line = line();
    }
    if (line == null) {
      return null;
    }
    if (!line.matches("HTTP/1\\.1 \\d{3} .*")) {
      throw new IOException("no status line: " + line);
    }
    int status = Integer.parseInt(line.substring(9, 12));
    var headers = new TreeMap<String, String>();
    for (String header = line(); header != null && !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      if (colon < 0) {
        throw new IOException("no header: " + header);
      }
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    boolean isEmpty = isToHead || status < 200 || status == 204 || status == 304;
    return new Response(status, headers, isEmpty ? "" : body(headers));
  }

  private String body(Map<String, String> headers) throws IOException {
    String length = headers.get("content-length");
    if (length == null) {
      throw new IOException("no Content-Length in " + headers);
    }
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new EOFException("the body ends after %d of %s bytes".formatted(body.length, length));
    }
    return new String(body, UTF_8);
  }

  /** Null where the connection ends, however it does. */
  private @Nullable String line() throws IOException {
    var line = new StringBuilder();
    try {
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          return null;
        }
        line.append((char) b);
        if (line.length() > LINE_BYTES_MAX) {
          throw new IOException("an endless line");
        }
      }
    } catch (SocketException _) {
      return null; // A reset is an end too: the server may close while we still send.
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
