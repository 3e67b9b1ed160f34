package dev.nightjar.upstream;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures the CPU that 100,000 small calls cost this side: {@code HttpUpstreamBench [in flight]}.
 * The server is a second process of the same class and says its port first.
 */
final class HttpUpstreamBench {
  private static final int CALLS = 100_000;
  private static final int ROUNDS = 6;

  private HttpUpstreamBench() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("serve")) {
      serve();
      return;
    }
    var inFlight = args.length > 0 ? Integer.parseInt(args[0]) : 256;
    var server = startServer();
    try (var output = server.errorReader()) {
      run(Integer.parseInt(output.readLine()), inFlight);
    } finally {
      server.destroy();
    }
  }

  private static Process startServer() throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-cp",
            System.getProperty("java.class.path"),
            HttpUpstreamBench.class.getName(),
            "serve")
        .start();
  }

  private static void run(int port, int inFlight) throws InterruptedException {
    var url = URI.create("http://127.0.0.1:" + port + "/v1");
    var target = new UpstreamTarget("bench", url, "sk-bench", inFlight);
    try (var upstream = new HttpUpstream(target, InstantSource.system())) {
      for (var round = 1; round <= ROUNDS; round++) {
        measure(upstream, inFlight, round);
      }
    }
  }

  private static void measure(Upstream upstream, int inFlight, int round) {
    var failed = new AtomicInteger();
    var cpuBefore = cpuNanos();
    var before = System.nanoTime();
    callAll(upstream, inFlight, failed);
    var seconds = (System.nanoTime() - before) / 1e9;
    var cpu = (cpuNanos() - cpuBefore) / 1e9;
    System.err.printf(
        "round %d: %.2f CPU-s, %.2f s, %.0f calls/s, %d failed%n",
        round, cpu, seconds, CALLS / seconds, failed.get());
  }

  private static void callAll(Upstream upstream, int inFlight, AtomicInteger failed) {
    var next = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < inFlight; i++) {
        threads.execute(() -> {
          while (next.getAndIncrement() < CALLS) {
            if (!call(upstream)) {
              failed.incrementAndGet();
            }
          }
        });
      }
    }
  }

  private static boolean call(Upstream upstream) {
    var body =
        Bodies.of(
            """
            {"model":"m","messages":[{"role":"user","content":"How many moons has Jupiter?"}]}\
            """);
    var request =
        new Upstream.Request("/v1/chat/completions", body, "bench-1", Duration.ofMinutes(1));
    var result = upstream.newCall(request).execute(new CollectingSink(1 << 20));
    return result instanceof UpstreamResult.Answered(var status, _, _, _) && status == 200;
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static void serve() throws IOException {
    try (var server = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress())) {
      System.err.println(server.getLocalPort());
      while (true) {
        var socket = server.accept();
        var _ = Thread.startVirtualThread(() -> answerAll(socket));
      }
    }
  }

  private static void answerAll(Socket socket) {
    var text =
        """
        {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
        "message":{"role":"assistant","content":"Ninety-five."},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}}\
        """;
    var answer =
        ("HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 03:09:33 GMT\r\nserver: uvicorn\r\n"
                + "content-length: %d\r\ncontent-type: application/json\r\n\r\n%s")
            .formatted(text.length(), text)
            .getBytes(StandardCharsets.US_ASCII);
    try (socket;
        var in = new BufferedInputStream(socket.getInputStream())) {
      socket.setTcpNoDelay(true);
      while (readRequest(in)) {
        socket.getOutputStream().write(answer);
      }
    } catch (IOException _) {
      // The client went away: the round is over.
    }
  }

  /** Reads a head up to its empty line, then as many bytes as its Content-Length says. */
  private static boolean readRequest(InputStream in) throws IOException {
    var length = 0;
    var line = new StringBuilder();
    for (var c = in.read(); c >= 0; c = in.read()) {
      if (c != '\n') {
        line.append((char) c);
        continue;
      }
      if (line.length() == 1) {
        in.skipNBytes(length);
        return true;
      }
      if (line.indexOf("Content-Length: ") == 0) {
        length = Integer.parseInt(line, 16, line.length() - 1, 10);
      }
      line.setLength(0);
    }
    return false;
  }
}
