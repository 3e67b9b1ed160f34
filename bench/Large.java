import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Few lines, but long ones: an upstream whose answers are as long as a request asks for, and a client. */
final class Large {
  private static final Pattern SEED = Pattern.compile("\"seed\":(\\d+)");
  private static final byte[] HEAD =
      "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL =
      "\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BLOCK = new byte[64 * 1024];

  static {
    Arrays.fill(BLOCK, (byte) 'x');
  }

  private Large() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "upstream" -> upstream(Integer.parseInt(args[1]));
      case "run" ->
          run(
              new Bench(args[1]),
              Path.of(args[2]),
              Integer.parseInt(args[3]),
              Integer.parseInt(args[4]),
              Integer.parseInt(args[5]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void upstream(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 1_024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/health", Large::healthy);
    server.createContext("/v1/models", Large::healthy);
    server.createContext("/v1/chat/completions", Large::answer);
    server.start();
  }

  private static void healthy(HttpExchange exchange) throws IOException {
    byte[] body = "{\"object\":\"list\",\"data\":[]}".getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    long filler;
    try (InputStream in = exchange.getRequestBody()) {
      Matcher seed = SEED.matcher(new String(in.readNBytes(256), StandardCharsets.US_ASCII));
      if (!seed.find()) {
        throw new IOException("no seed in the first bytes of the request");
      }
      filler = Long.parseLong(seed.group(1));
      in.transferTo(OutputStream.nullOutputStream());
    }
    exchange.sendResponseHeaders(200, HEAD.length + filler + TAIL.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(HEAD);
      for (long left = filler; left > 0; left -= BLOCK.length) {
        out.write(BLOCK, 0, (int) Math.min(left, BLOCK.length));
      }
      out.write(TAIL);
    }
  }

  private static void run(Bench api, Path file, int lines, int requestBytes, int answerBytes)
      throws Exception {
    String padding = "x".repeat(requestBytes);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (int i = 0; i < lines; i++) {
        String line = Bench.line(i, padding).replace("\"model\"", "\"seed\":" + answerBytes + ",\"model\"");
        out.write(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    long begun = System.nanoTime();
    String id = api.create(api.upload(file));
    String batch;
    do {
      Thread.sleep(50);
      batch = api.get("/batches/" + id);
    } while (!Bench.isTerminal(batch));
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        "%d lines of %,d bytes, answers of %,d: %s with %s answers after %.1f s%n",
        lines, requestBytes, answerBytes, Bench.field(batch, "status"), Bench.field(batch, "completed"), seconds);
    check(api, Bench.field(batch, "output_file_id"), lines, answerBytes);
  }

  /** Each line once, in order, as long as its answer was. */
  private static void check(Bench api, String file, int lines, int answerBytes) throws Exception {
    int line = 0;
    long length = 0;
    var head = new StringBuilder();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = api.stream("/files/" + file + "/content")) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        for (int i = 0; i < n; i++) {
          if (buffer[i] != '\n') {
            if (head.length() < 200) {
              head.append((char) buffer[i]);
            }
            length++;
          } else {
            if (length < answerBytes || head.indexOf("\"row-" + line + "\"") < 0) {
              throw new IllegalStateException("line %d: %d bytes, %s".formatted(line, length, head));
            }
            line++;
            length = 0;
            head.setLength(0);
          }
        }
      }
    }
    if (line != lines) {
      throw new IllegalStateException("%d lines in the output, expected %d".formatted(line, lines));
    }
    System.out.printf("  output read: %d lines, each its own%n", line);
  }
}
