import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Twenty projects with twenty endpoints each that take a message and never answer, and batches that
 * end all the time; the other project's time from the creation of a batch of one line to its
 * message.
 */
final class NeighbourWebhooks implements Neighbour {
  private static final int PROJECTS = 20;
  private static final int ENDPOINTS = 20;
  private static final long LIMIT_SECONDS = 60;
  private static final Pattern BATCH = Pattern.compile("\"data\":\\{\"id\":\"([^\"]+)\"");

  private final Map<String, CompletableFuture<Long>> arrivals = new ConcurrentHashMap<>();
  private final Set<Socket> hanging = ConcurrentHashMap.newKeySet();
  private final List<String> inputs = new ArrayList<>();
  private String input = "";

  @Override
  public String settings() {
    return "webhooks:\n  allow_private: [127.0.0.0/8]\n";
  }

  @Override
  public void prepare(NeighbourWorld world) throws Exception {
    String answering = listen(this::answer);
    String never = listen(hanging::add);
    endpoint(world, "ours", answering);
    input = world.project("ours").upload(line());
    for (int i = 0; i < PROJECTS; i++) {
      for (int j = 0; j < ENDPOINTS; j++) {
        endpoint(world, "theirs" + i, never + j);
      }
      inputs.add(world.project("theirs" + i).upload(line()));
    }
  }

  private static byte[] line() {
    return Bench.line(0, "").getBytes(StandardCharsets.UTF_8);
  }

  private static void endpoint(NeighbourWorld world, String project, String url) throws Exception {
    world.project(project).post("/webhook_endpoints", "{\"url\":\"%s\"}".formatted(url));
  }

  @Override
  public void disturb(NeighbourWorld world) throws Exception {
    while (!world.isCalm()) {
      for (int i = 0; i < PROJECTS && !world.isCalm(); i++) {
        world.project("theirs" + i).create(inputs.get(i));
        NeighbourWorld.pause(20);
      }
    }
  }

  @Override
  public double operation(NeighbourWorld world) throws Exception {
    long begun = System.nanoTime();
    String batch = world.project("ours").create(input);
    long arrived = arrival(batch).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    arrivals.remove(batch);
    return (arrived - begun) / 1e6;
  }

  private CompletableFuture<Long> arrival(String batch) {
    return arrivals.computeIfAbsent(batch, _ -> new CompletableFuture<>());
  }

  // ---- receivers

  private interface Receiver {
    void take(Socket socket) throws IOException;
  }

  /** The URL of a receiver that lives as long as the process. */
  private static String listen(Receiver receiver) throws IOException {
    var listener = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> acceptAll(listener, receiver));
    return "http://127.0.0.1:%d/".formatted(listener.getLocalPort());
  }

  private static void acceptAll(ServerSocket listener, Receiver receiver) {
    while (true) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> take(receiver, socket));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void take(Receiver receiver, Socket socket) {
    try {
      receiver.take(socket);
    } catch (IOException _) {
      // The server went away.
    }
  }

  private void answer(Socket socket) throws IOException {
    try (socket) {
      InputStream in = socket.getInputStream();
      var text = new StringBuilder();
      Matcher batch = BATCH.matcher(text);
      while (!batch.reset().find()) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        text.append((char) next);
      }
      arrival(batch.group(1)).complete(System.nanoTime());
      socket
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
    }
  }
}
