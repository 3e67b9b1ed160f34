import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that mean harm: each on a thread of its own, and on a new connection when it loses one. */
final class Attackers {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int WINDOW_SETTING = 4;
  private static final int RECONNECT_MILLIS = 100;

  /** How many of each at once, and what they do. */
  enum Kind {
    LARGE_CHUNK(40),
    UNREAD_DOWNLOAD(150),
    SHUT_WINDOW(4),
    UPLOAD_HEAD(120),
    IDLE(100),
    DRIPPED_HEAD(60),
    BEYOND_THE_WINDOW(10),
    UNREAD_PIPELINE(20);

    final int count;

    Kind(int count) {
      this.count = count;
    }
  }

  final Map<Kind, AtomicLong> connections = new EnumMap<>(Kind.class);
  private final int port;
  private final String file;
  private volatile boolean isOver;

  Attackers(int port, String file) {
    this.port = port;
    this.file = file;
    for (Kind kind : Kind.values()) {
      connections.put(kind, new AtomicLong());
    }
  }

  void start() {
    for (Kind kind : Kind.values()) {
      for (int i = 0; i < kind.count; i++) {
        Thread.ofVirtual().start(() -> attack(kind));
      }
    }
  }

  void stop() {
    isOver = true;
  }

  private void attack(Kind kind) {
    while (!isOver) {
      try (var socket = new Socket()) {
        if (kind == Kind.UNREAD_DOWNLOAD) {
          socket.setReceiveBufferSize(8 * 1024);
        }
        socket.connect(
            new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        connections.get(kind).incrementAndGet();
        run(kind, socket);
      } catch (IOException e) {
        // Closed, or not taken: once more.
      }
      pause(RECONNECT_MILLIS);
    }
  }

  private void run(Kind kind, Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    String host = " HTTP/1.1\r\nHost: localhost\r\n";
    switch (kind) {
      case LARGE_CHUNK -> {
        out.write(
            ("POST /v1/batches" + host + "Transfer-Encoding: chunked\r\n\r\nF00000\r\n")
                .getBytes(US_ASCII));
        repeat(out, new byte[32 * 1024], 100);
      }
      case UNREAD_DOWNLOAD -> {
        out.write(("GET /v1/files/" + file + "/content" + host + "\r\n").getBytes(US_ASCII));
        trickle(socket);
      }
      case SHUT_WINDOW -> {
        out.write(PREFACE);
        out.write(frame(4, 0, 0, new byte[] {0, WINDOW_SETTING, 0, 0, 0, 0}));
        for (int stream = 1; stream < 512; stream += 2) {
          out.write(frame(1, 5, stream, head(0x82, "/v1/files/" + file + "/content")));
        }
        repeat(out, frame(6, 0, 0, new byte[8]), 500);
      }
      case UPLOAD_HEAD -> {
        out.write(
            ("POST /v1/files"
                    + host
                    + "Content-Length: 9999999\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n")
                .getBytes(US_ASCII));
        trickle(socket);
      }
      case IDLE -> trickle(socket);
      case DRIPPED_HEAD -> {
        out.write(("GET /v1/files" + host + "x: y\r\n".repeat(100)).getBytes(US_ASCII));
        repeat(out, "z".getBytes(US_ASCII), 500);
      }
      case BEYOND_THE_WINDOW -> {
        out.write(PREFACE);
        out.write(frame(4, 0, 0, new byte[0]));
        for (int stream = 1; stream < 128; stream += 2) {
          out.write(frame(1, 4, stream, head(0x83, "/v1/batches")));
        }
        for (int stream = 1; ; stream = (stream + 2) % 128) {
          out.write(frame(0, 0, stream, new byte[16 * 1024]));
          pause(20);
        }
      }
      case UNREAD_PIPELINE ->
          repeat(out, ("GET /v1/files" + host + "\r\n").repeat(5).getBytes(US_ASCII), 250);
    }
  }

  private void repeat(OutputStream out, byte[] bytes, int millis) throws IOException {
    while (!isOver) {
      out.write(bytes);
      pause(millis);
    }
  }

  /** Reads next to nothing, so as to see the end. */
  private void trickle(Socket socket) throws IOException {
    while (!isOver && socket.getInputStream().read() >= 0) {
      pause(500);
    }
  }

  private static byte[] head(int method, String path) {
    var block = new ByteArrayOutputStream();
    block.write(method);
    block.write(0x86);
    block.write(4);
    block.write(path.length());
    block.writeBytes(path.getBytes(US_ASCII));
    block.write(1);
    block.write(9);
    block.writeBytes("localhost".getBytes(US_ASCII));
    return block.toByteArray();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    var frame = new ByteArrayOutputStream();
    frame.write(payload.length >> 16);
    frame.write(payload.length >> 8);
    frame.write(payload.length);
    frame.write(type);
    frame.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      frame.write(stream >> shift);
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
