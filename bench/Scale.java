import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One large batch through a running server, watched from outside: memory, database rows, bytes
 * written to disk, and how long its ends take. Then the same file again, cancelled at its start.
 */
final class Scale {
  private static final List<String> TABLES = List.of("file", "batch", "chunk");

  private final Bench api;
  private final long pid;
  private final Path data;
  private long rowsMax;

  private Scale(Bench api, long pid, Path data) {
    this.api = api;
    this.pid = pid;
    this.data = data;
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "input" -> input(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "run" -> {
        var scale = new Scale(new Bench(args[1]), Long.parseLong(args[2]), Path.of(args[3]));
        scale.run(Path.of(args[4]));
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Lines of about {@code bytes} each. */
  private static void input(Path file, int lines, int bytes) throws IOException {
    String padding = "word ".repeat(Math.max(0, bytes - Bench.line(0, "").length()) / 5);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (int i = 0; i < lines; i++) {
        out.write(Bench.line(i, padding).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private void run(Path file) throws Exception {
    long begun = System.nanoTime();
    String input = api.upload(file);
    System.out.printf(
        "upload of %,d MB: %.1f s%n", Files.size(file) >> 20, (System.nanoTime() - begun) / 1e9);
    completed(input);
    cancelled(input);
    System.out.printf("highest resident memory of the server: %d MB%n", status("VmHWM") >> 10);
  }

  private void completed(String input) throws Exception {
    long written = written();
    long begun = System.nanoTime();
    String id = api.create(input);
    String batch = watch(id, begun);
    long total = Long.parseLong(Bench.field(batch, "total"));
    System.out.printf(
        "%,d lines in %.1f s; most rows at once: %,d (%.2f per 1,000 lines), after: %,d%n",
        total,
        (System.nanoTime() - begun) / 1e9,
        rowsMax,
        rowsMax * 1e3 / total,
        rows());
    Read output = read(batch, "output_file_id");
    Read error = read(batch, "error_file_id");
    System.out.printf(
        "output + error lines: %,d of %,d%n", output.lines + error.lines, total);
    System.out.printf(
        "bytes written to disk per answer byte: %.2f%n",
        (written() - written) / (double) (output.bytes + error.bytes));
  }

  /** Until the batch is terminal; prints a row for each tenth, and how long its end took. */
  private String watch(String id, long begun) throws Exception {
    int tenth = 0;
    long answered = 0;
    while (true) {
      String batch = api.get("/batches/" + id);
      long total = Long.parseLong(Bench.field(batch, "total"));
      long done =
          Long.parseLong(Bench.field(batch, "completed")) + Long.parseLong(Bench.field(batch, "failed"));
      if (total > 0 && done == total && answered == 0) {
        answered = System.nanoTime();
      }
      if (total > 0 && done * 10 / total > tenth) {
        tenth = (int) (done * 10 / total);
        long rows = rows();
        rowsMax = Math.max(rowsMax, rows);
        System.out.printf(
            "%3d %% after %5.1f s: %4d MB resident, %,d rows, journal %,d MB%n",
            tenth * 10,
            (System.nanoTime() - begun) / 1e9,
            status("VmRSS") >> 10,
            rows,
            size(data.resolve("journal")) >> 20);
      }
      if (Bench.isTerminal(batch)) {
        if (answered != 0) {
          System.out.printf(
              "last answer to %s: %.2f s%n",
              Bench.field(batch, "status"), (System.nanoTime() - answered) / 1e9);
        }
        return batch;
      }
      Thread.sleep(done * 100 > total * 99 ? 5 : 100);
    }
  }

  private void cancelled(String input) throws Exception {
    String id = api.create(input);
    String batch;
    do {
      Thread.sleep(1);
      batch = api.get("/batches/" + id);
    } while (Bench.field(batch, "status").equals("validating"));
    long begun = System.nanoTime();
    api.post("/batches/" + id + "/cancel", "{}");
    do {
      Thread.sleep(10);
      batch = api.get("/batches/" + id);
    } while (!Bench.isTerminal(batch));
    double seconds = (System.nanoTime() - begun) / 1e9;
    long completed = Long.parseLong(Bench.field(batch, "completed"));
    Read output = read(batch, "output_file_id");
    Read error = read(batch, "error_file_id");
    System.out.printf(
        "cancelled with %,d lines answered: %s after %.1f s, output + error lines: %,d%n",
        completed, Bench.field(batch, "status"), seconds, output.lines + error.lines);
  }

  private record Read(long lines, long bytes) {}

  private Read read(String batch, String field) throws Exception {
    String file = Bench.field(batch, field);
    if (file.equals("null")) {
      return new Read(0, 0);
    }
    long lines = 0;
    long bytes = 0;
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = api.stream("/files/" + file + "/content")) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n') {
            lines++;
          }
        }
      }
    }
    return new Read(lines, bytes);
  }

  private long rows() throws SQLException {
    var counts = new ArrayList<String>();
    for (String table : TABLES) {
      counts.add("(SELECT count(*) FROM " + table + ")");
    }
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("meta.db"));
        var statement = connection.createStatement();
        var result = statement.executeQuery("SELECT " + String.join(" + ", counts))) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  private static long size(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Kilobytes. */
  private long status(String name) throws IOException {
    return number(Path.of("/proc/" + pid + "/status"), name);
  }

  private long written() throws IOException {
    return number(Path.of("/proc/" + pid + "/io"), "write_bytes");
  }

  private static long number(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(file + " has no " + name);
  }
}
