package dev.nightjar.http.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.http.hostile.HostileRequests.Hostile;
import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.RawHttp.Response;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever comes, the server answers in the API's words, stays up, and keeps nothing. A failure
 * prints its seed and the request's bytes.
 */
@Tag("server")
@Isolated("counts what is the whole process's")
class HostileRequestsTest {
  private static final int CLIENTS = 4;
  private static final int SPARE = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration SETTLED_MAX = Duration.ofMinutes(1);
  private static final long LOOK_NANOS = 200_000_000L;
  private static final long HEAP_SPARE_BYTES = 48L << 20;

  /** HTTP itself asks for it: an unknown transfer encoding. */
  private static final Set<Integer> DUE = Set.of(501);

  private final long seed = Long.getLong("nightjar.seed", new Random().nextLong());
  private final Map<String, Integer> answers = new ConcurrentSkipListMap<>();

  @TempDir private Path directory;
  private TestApi api;
  private String fileId;
  private String uploadId;

  @BeforeEach
  void start() throws Exception {
    api = new TestApi(directory, new ApiLimits(100_000, 10_000, Set.of()), PATIENCE);
    fileId = api.upload("batch", "a.jsonl", TestApi.LINE);
    String upload =
        """
        {"filename": "a.jsonl", "purpose": "batch", "bytes": 10, "mime_type": "text/plain"}
        """;
    uploadId = TestApi.json(api.post("/v1/uploads", upload)).get("id").asString();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  @Timeout(180)
  void aSampleOfHostileRequestsIsSurvived() throws Exception {
    survive(1_000);
  }

  @Test
  @Tag("full")
  @Timeout(600)
  void aHundredThousandHostileRequestsAreSurvived() throws Exception {
    survive(100_000);
  }

  private void survive(int requests) throws Exception {
    System.err.println("seed " + seed);
    run(seed - CLIENTS, 500);
    Held before = await(held -> held.connections == 0 && held.temporaryFiles == 0);

    run(seed, requests);

    assertThat(api.get("/v1/models").statusCode()).isEqualTo(200);
    Held after = await(held -> held.leaked(before).isEmpty());
    System.err.println("answers by kind and status: " + answers + "; " + before + " -> " + after);
    assertThat(after.leaked(before)).isEmpty();
    assertThat(answers)
        .as("what each kind must have met")
        .containsKeys("json 400", "form 400", "query 200", "path 404", "range 206", "pipeline 404")
        .containsKeys("head 400", "framing 400", "unfinished 400", "noise 400");
  }

  private void run(long firstSeed, int requests) throws Exception {
    List<Future<?>> clients = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < CLIENTS; i++) {
        long seedOfClient = firstSeed + i;
        clients.add(
            threads.submit(() -> {
              client(seedOfClient, requests / CLIENTS);
              return null;
            }));
      }
    }
    for (Future<?> client : clients) {
      client.get();
    }
  }

  private void client(long seedOfClient, int requests) throws IOException {
    var hostile = new HostileRequests(seedOfClient, fileId, uploadId);
    RawHttp kept = new RawHttp(api.port);
    for (int i = 0; i < requests; i++) {
      Hostile next = hostile.next();
      try {
        if (next.isWhole()) {
          kept = exchange(next, kept);
        } else {
          sendAlone(next);
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(
            "request %d of seed %d, kind %s, bytes %s"
                .formatted(i, seedOfClient, next.kind(), HexFormat.of().formatHex(next.bytes())),
            e);
      }
    }
    kept.close();
  }

  /** One request and its answer; gives the connection for the next. */
  private RawHttp exchange(Hostile hostile, RawHttp kept) throws IOException {
    RawHttp connection = kept;
    connection.send(hostile.bytes());
    Response answer = connection.read(hostile.isHead());
    if (answer == null) { // Closed after the answer before; a fresh one must answer.
      connection.close();
      connection = new RawHttp(api.port);
      connection.send(hostile.bytes());
      answer = connection.read(hostile.isHead());
    }
    assertThat(answer).as("an answer").isNotNull();
    check(hostile, answer);
    deleteUpload(answer);
    if (!"close".equals(answer.headers().get("connection"))) {
      return connection;
    }
    connection.close();
    return new RawHttp(api.port);
  }

  private void sendAlone(Hostile hostile) throws IOException {
    try (var connection = new RawHttp(api.port)) {
      connection.send(hostile.bytes());
      connection.sendNoMore();
      if (hostile.isHttp2()) {
        connection.skipAll();
      } else {
        for (Response answer : connection.readAll(hostile.isHead())) {
          check(hostile, answer);
          deleteUpload(answer);
        }
      }
    }
  }

  private void check(Hostile hostile, Response answer) {
    answers.merge(hostile.kind() + " " + answer.status(), 1, Integer::sum);
    if (answer.status() < 400) {
      return;
    }
    assertThat(answer.status() < 500 || DUE.contains(answer.status())).as("%s", answer).isTrue();
    assertThat(answer.headers())
        .containsEntry("content-type", "application/json")
        .containsKey("x-request-id");
    if (!hostile.isHead()) {
      JsonNode error = JsonMapper.shared().readTree(answer.body()).get("error");
      assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
      assertThat(error.get("message").asString()).isNotBlank();
    }
  }

  /** So that lists stay short. */
  private void deleteUpload(Response answer) throws IOException {
    if (answer.status() == 200 && answer.body().startsWith("{\"object\":\"file\"")) {
      String id = JsonMapper.shared().readTree(answer.body()).get("id").asString();
      if (!id.equals(fileId)) {
        RawHttp.exchange(
            api.port, "DELETE /v1/files/%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(id));
      }
    }
  }

  /** The state once the condition holds, or after a while. */
  private Held await(Predicate<Held> condition) throws IOException {
    long limit = System.nanoTime() + SETTLED_MAX.toNanos();
    Held held = held();
    while (!condition.test(held) && System.nanoTime() < limit) {
      LockSupport.parkNanos(LOOK_NANOS);
      held = held();
    }
    return held;
  }

  private Held held() throws IOException {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    Path dump = directory.resolve("threads-" + System.nanoTime());
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
    List<String> threads =
        Files.readAllLines(dump).stream().filter(line -> line.startsWith("#")).toList();
    Files.delete(dump);
    try (Stream<Path> aside = Files.list(directory.resolve("objects/tmp"));
        Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return new Held(
          api.guard.connections(),
          threads.stream().filter(line -> line.contains(" virtual")).count(),
          threads.size(),
          aside.count(),
          descriptors.count(),
          heap);
    }
  }

  /** Where leaks would be seen. */
  private record Held(
      int connections,
      long virtualThreads,
      long threads,
      long temporaryFiles,
      long descriptors,
      long heapBytes) {
    List<String> leaked(Held before) {
      var leaks = new ArrayList<String>();
      note(leaks, "connections", connections, 0);
      note(leaks, "virtual threads", virtualThreads, before.virtualThreads);
      note(leaks, "threads", threads, before.threads + SPARE);
      note(leaks, "temporary files", temporaryFiles, 0);
      note(leaks, "file descriptors", descriptors, before.descriptors + SPARE);
      note(leaks, "bytes of heap", heapBytes, before.heapBytes + HEAP_SPARE_BYTES);
      return leaks;
    }

    private static void note(List<String> leaks, String what, long is, long max) {
      if (is > max) {
        leaks.add("%d %s, and not at most %d".formatted(is, what, max));
      }
    }
  }
}
