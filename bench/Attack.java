import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The campaign of attacks: a server in a process of its own, all attackers at once in this one. */
final class Attack {
  private static final Pattern SERVING = Pattern.compile("serving on http://127.0.0.1:(\\d+)/v1");
  private static final Duration LATENCY = Duration.ofMillis(800);
  private static final double P99_MILLIS_MAX = 1_000;
  private static final int ASK_EVERY_MILLIS = 150;
  private static final int ASKERS = 3;

  private final Path work;
  private final int seconds = number("SECONDS_LONG", 120);
  private final int inFlight = number("IN_FLIGHT", 32);
  private final List<String> violations = new ArrayList<>();
  private final List<Double> millis = new ArrayList<>();
  private final Lock asked = new ReentrantLock();
  private int port;
  private int failed;

  private Attack(Path work) {
    this.work = work;
  }

  public static void main(String[] args) throws Exception {
    System.exit(new Attack(Path.of(args[0])).run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    int lines = (int) (seconds * 0.8 * inFlight / (LATENCY.toMillis() / 1000.0));
    Process server = null;
    String attacks = "";
    try (var upstream = new AttackUpstream(LATENCY)) {
      server = start(upstream.url());
      Process started = server;
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      Bench api = new Bench("http://127.0.0.1:" + port + "/v1");
      String large = api.upload(lines(60_000));
      String id = api.create(api.upload(lines(lines)));
      var attackers = new Attackers(port, large);
      attackers.start();
      ask(id, server);
      attackers.stop();
      attacks = attackers.connections.toString();
      if (server.isAlive()) {
        check(id, lines, upstream);
      } else {
        violations.add("the server ended with " + server.exitValue());
      }
      server.destroy();
      server.waitFor(60, TimeUnit.SECONDS);
    } finally {
      if (server != null) {
        server.destroyForcibly();
      }
    }
    return report(attacks, lines);
  }

  private Process start(String upstream) throws Exception {
    Path log = work.resolve("server.log");
    var command =
        new ArrayList<>(List.of("bash", "-c", "ulimit -n 256; exec \"$@\"", "-"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(List.of("-jar", work.resolve("nightjar.jar").toString(), "serve"));
    command.addAll(List.of("--port", "0", "--data", work.resolve("data").toString()));
    command.addAll(List.of("--upstream", upstream, "--max-in-flight", "" + inFlight));
    Process server =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (System.nanoTime() < until && server.isAlive()) {
      Matcher serving = SERVING.matcher(Files.readString(log));
      if (serving.find()) {
        port = Integer.parseInt(serving.group(1));
        return server;
      }
      Thread.sleep(20);
    }
    throw new IOException("the server does not listen: " + Files.readString(log));
  }

  private static byte[] lines(int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(Bench.line(i, ""));
    }
    return text.toString().getBytes(UTF_8);
  }

  private void ask(String batch, Process server) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    var askers = new ArrayList<Thread>();
    for (int i = 0; i < ASKERS; i++) {
      askers.add(Thread.ofPlatform().name("ask").start(() -> ask(batch, server, until)));
    }
    for (Thread asker : askers) {
      asker.join();
    }
  }

  /** A new connection for each; a request that fails took for ever. */
  private void ask(String batch, Process server, long until) {
    String[] paths = {"/healthz/live", "/v1/batches/" + batch, "/healthz/ready", "/v1/models"};
    for (int i = 0; System.nanoTime() < until && server.isAlive(); i++) {
      String path = paths[i % paths.length];
      long begun = System.nanoTime();
      String answer = get(path);
      double took = (System.nanoTime() - begun) / 1e6;
      note(path, answer, took);
      LockSupport.parkNanos((long) (Math.max(1, ASK_EVERY_MILLIS - took) * 1e6));
    }
  }

  private void note(String path, String answer, double took) {
    asked.lock();
    try {
      if (answer.startsWith("HTTP/1.1 200 ")) {
        millis.add(took);
      } else {
        failed++;
        millis.add(Double.POSITIVE_INFINITY);
        System.out.printf("%s: %s after %.0f ms%n", path, answer.lines().findFirst(), took);
      }
    } finally {
      asked.unlock();
    }
  }

  private String get(String path) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .formatted(path)
                  .getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The attack is over: the batch ends, and its lines are what the upstream gave. */
  private void check(String id, int lines, AttackUpstream upstream) throws Exception {
    Bench api = new Bench("http://127.0.0.1:" + port + "/v1");
    JsonNode batch = null;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds + 60);
    do {
      Thread.sleep(200);
      batch = JsonMapper.shared().readTree(api.get("/batches/" + id));
    } while (!batch.path("status").asString().equals("completed") && System.nanoTime() < until);
    if (batch.path("request_counts").path("completed").asInt() != lines) {
      violations.add("of %d lines: %s".formatted(lines, batch.path("request_counts")));
      return;
    }
    int row = 0;
    String output = api.get("/files/" + batch.path("output_file_id").asString() + "/content");
    for (String line : output.lines().toList()) {
      JsonNode json = JsonMapper.shared().readTree(line);
      String text = json.at("/response/body/choices/0/message/content").asString();
      if (!json.path("custom_id").asString().equals("row-" + row)
          || !text.equals(upstream.answers.get(row))) {
        violations.add("row %d is %s".formatted(row, line));
      }
      row++;
    }
    if (row != lines) {
      violations.add("%d lines of %d".formatted(row, lines));
    }
  }

  private boolean report(String attacks, int lines) throws IOException {
    String log = Files.readString(work.resolve("server.log"));
    if (log.contains("OutOfMemoryError") || log.contains("terminating now")) {
      violations.add("the server says: " + log.substring(0, Math.min(2_000, log.length())));
    }
    double[] sorted = millis.stream().mapToDouble(m -> m).sorted().toArray();
    double p99 = sorted.length == 0 ? 0 : sorted[sorted.length * 99 / 100];
    if (p99 > P99_MILLIS_MAX) {
      violations.add("p99 of %.0f ms".formatted(p99));
    }
    String result =
        "%s attack %d s, 256 MB, 256 files: %d requests, %d failed, p50 %.0f ms, p99 %.0f ms, max %.0f ms; %d lines; connections %s; violations %d"
            .formatted(
                Instant.now(),
                seconds,
                sorted.length,
                failed,
                sorted.length == 0 ? 0 : sorted[sorted.length / 2],
                p99,
                sorted.length == 0 ? 0 : sorted[sorted.length - 1],
                lines,
                attacks,
                violations.size());
    System.out.println(result);
    violations.stream().limit(20).forEach(System.out::println);
    Path results = Path.of(System.getenv().getOrDefault("RESULTS", "target/attack.txt"));
    Files.writeString(
        results, result + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return violations.isEmpty();
  }

  private static int number(String name, int otherwise) {
    return Integer.parseInt(System.getenv().getOrDefault(name, Integer.toString(otherwise)));
  }
}
