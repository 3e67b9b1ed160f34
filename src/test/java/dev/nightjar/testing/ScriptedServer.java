package dev.nightjar.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ServerSocketFactory;

/**
 * A server on loopback that plays exact bytes and closings. The first connection plays the first
 * script and so on; the last script is played for all that follow.
 */
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Script> scripts;
  private final AtomicInteger connections = new AtomicInteger();
  private final Queue<Received> received = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private ScriptedServer(ServerSocket listener, List<Script> scripts) {
    this.listener = listener;
    this.scripts = scripts;
  }

  /** What one connection does; an IOException in it means that the client went away. */
  public interface Script {
    void play(Peer peer) throws IOException, InterruptedException;
  }

  /** A request as it came. */
  public record Received(String head, String body) {
    /** By name in lower case. */
    public Map<String, String> headers() {
      return head.lines()
          .filter(line -> line.contains(": "))
          .collect(
              Collectors.toMap(
                  line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                  line -> line.substring(line.indexOf(':') + 2)));
    }
  }

  public static ScriptedServer playing(Script... scripts) throws IOException {
    return playingOver(ServerSocketFactory.getDefault(), scripts);
  }

  public static ScriptedServer playingOver(ServerSocketFactory sockets, Script... scripts)
      throws IOException {
    var listener = sockets.createServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    var server = new ScriptedServer(listener, List.of(scripts));
    var _ = Thread.startVirtualThread(server::acceptAll);
    return server;
  }

  /** Answers every request of a connection with the same bytes. */
  public static Script always(String answer) {
    return peer -> {
      while (true) {
        var _ = peer.readRequest();
        peer.send(answer);
      }
    };
  }

  public URI url(String scheme, String path) {
    return URI.create("%s://127.0.0.1:%d%s".formatted(scheme, listener.getLocalPort(), path));
  }

  public int connections() {
    return connections.get();
  }

  public List<Received> received() {
    return List.copyOf(received);
  }

  private void acceptAll() {
    try {
      while (true) {
        var socket = listener.accept();
        open.add(socket);
        var script = scripts.get(Math.min(connections.getAndIncrement(), scripts.size() - 1));
        var _ = Thread.startVirtualThread(() -> play(script, socket));
      }
    } catch (IOException _) {
      // The listener was closed: the test is over.
    }
  }

  private void play(Script script, Socket socket) {
    try (socket) {
      script.play(new Peer(socket));
    } catch (IOException _) {
      // The client went away, which many a test is about.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (var socket : open) {
      socket.close();
    }
  }

  /** The server's end of one connection. */
  public final class Peer {
    private final Socket socket;
    private final InputStream in;

    private Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      socket.setTcpNoDelay(true);
    }

    public Received readRequest() throws IOException {
      var head = readHead();
      var request = new Received(head, readText(contentLength(head)));
      received.add(request);
      return request;
    }

    /** After its head. */
    public String readBody(String head) throws IOException {
      return readText(contentLength(head));
    }

    private String readText(int length) throws IOException {
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    public String readHead() throws IOException {
      var head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        head.write(readByte());
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }

    public int readByte() throws IOException {
      var next = in.read();
      if (next < 0) {
        throw new IOException("the client closed");
      }
      return next;
    }

    private static int contentLength(String head) {
      return head.lines()
          .filter(line -> line.startsWith("Content-Length: "))
          .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
          .findFirst()
          .orElse(0);
    }

    public void send(String bytes) throws IOException {
      send(bytes.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    /** Returns when the client has closed, in whatever way; what it still sends is dropped. */
    public void awaitClose() {
      try {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException _) {
        // A reset is a closing, too.
      }
    }

    /** Closes so that the client gets a reset. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
