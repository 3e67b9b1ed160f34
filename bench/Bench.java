import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the benchmarks share: makes input files, and drives a server through its API. */
final class Bench {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String base;
  private final String key;

  private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

  Bench(String base) {
    this(base, "");
  }

  /** Sends a key with each request, if it is not empty. */
  Bench(String base, String key) {
    this.base = base;
    this.key = key;
  }

  String base() {
    return base;
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "lines" -> lines(Path.of(args[1]), Integer.parseInt(args[2]));
      case "batch" -> new Bench(args[1]).batch(Path.of(args[2]), Long.parseLong(args[3]));
      case "tiny" -> new Bench(args[1]).tiny(Integer.parseInt(args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void lines(Path file, int count) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(line(i, ""));
      }
    }
  }

  static String line(int i, String padding) {
    return """
        {"custom_id":"row-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"sim","messages":[{"role":"user","content":"Question %d%s"}]}}
        """
        .formatted(i, i, padding);
  }

  /** One batch from upload to completed; prints its rate and the CPU that the server spent. */
  private void batch(Path file, long serverPid) throws Exception {
    String input = upload(file);
    double cpu = cpuSeconds(serverPid);
    long begun = System.nanoTime();
    String id = create(input);
    String batch;
    do {
      Thread.sleep(50);
      batch = get("/batches/" + id);
    } while (!isTerminal(batch));
    double seconds = (System.nanoTime() - begun) / 1e9;
    double spent = cpuSeconds(serverPid) - cpu;
    long total = Long.parseLong(field(batch, "total"));
    System.out.printf("%.0f %.2f%n", total / seconds, spent * 100_000 / total);
  }

  /** Ten lines at a time: from create to completed, as a client sees it that asks all the time. */
  private void tiny(int rounds) throws Exception {
    var text = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      text.append(line(i, ""));
    }
    var millis = new ArrayList<Double>();
    for (int round = 0; round < rounds; round++) {
      String input = upload(BodyPublishers.ofString(text.toString()));
      long begun = System.nanoTime();
      String id = create(input);
      while (!field(get("/batches/" + id), "status").equals("completed")) {
        Thread.sleep(1);
      }
      millis.add((System.nanoTime() - begun) / 1e6);
    }
    double[] sorted = millis.stream().skip(rounds / 5).mapToDouble(m -> m).sorted().toArray();
    System.out.printf(
        "create to completed, 10 lines, %d rounds: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
        sorted.length,
        sorted[sorted.length / 2],
        sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)],
        Arrays.stream(sorted).max().orElseThrow());
  }

  String upload(Path file) throws Exception {
    return upload(BodyPublishers.ofFile(file));
  }

  String upload(byte[] file) throws Exception {
    return upload(BodyPublishers.ofByteArray(file));
  }

  private String upload(BodyPublisher file) throws Exception {
    String head =
        "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--x\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n";
    var request =
        request("/files")
            .header("Content-Type", "multipart/form-data; boundary=x")
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head),
                    file,
                    BodyPublishers.ofString("\r\n--x--\r\n")))
            .build();
    return field(send(request), "id");
  }

  /** Sends a part of an upload. */
  String part(String upload, byte[] bytes) throws Exception {
    var head = "--x\r\nContent-Disposition: form-data; name=\"data\"; filename=\"blob\"\r\n\r\n";
    return send(
        request("/uploads/" + upload + "/parts")
            .header("Content-Type", "multipart/form-data; boundary=x")
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head),
                    BodyPublishers.ofByteArray(bytes),
                    BodyPublishers.ofString("\r\n--x--\r\n")))
            .build());
  }

  String delete(String path) throws Exception {
    return send(request(path).DELETE().build());
  }

  String create(String input) throws Exception {
    return field(
        post(
            "/batches",
            "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
                .formatted(input)),
        "id");
  }

  String post(String path, String json) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build());
  }

  String get(String path) throws Exception {
    return send(request(path).build());
  }

  /** A server that does not answer at all is an error too. */
  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWER_MAX);
    return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
  }

  InputStream stream(String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(base + path)).build();
    return http.send(request, BodyHandlers.ofInputStream()).body();
  }

  static boolean isTerminal(String batch) {
    return List.of("completed", "failed", "expired", "cancelled").contains(field(batch, "status"));
  }

  private String send(HttpRequest request) throws Exception {
    var response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(request.uri() + " answers " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\\s*\"?([^\",}]*)").matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + name + " in " + json);
    }
    return matcher.group(1);
  }

  /** User and system time of a process, from Linux's clock ticks of 10 ms. */
  private static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }
}
