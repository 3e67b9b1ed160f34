package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.NodeFixture;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Peer;
import dev.nightjar.testing.ScriptedServer.Script;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Whatever an upstream does, the row that it does it to ends with what came, and no other does. */
@Tag("server")
class UpstreamFaultsTest {
  private static final Pattern FAULT = Pattern.compile("\"user\":\"([^\"]*)\"");
  private static final String GOOD = answer("200 OK", "{\"object\":\"chat.completion\"}");
  private static final int ATTEMPTS = 2;
  private static final int OTHERS = 3;

  @TempDir Path folder;
  private EngineLimits limits =
      EngineLimits.defaults()
          .withRetries(EngineLimits.Retries.defaults().with(ATTEMPTS, Duration.ofMillis(10)))
          .withRequestTimeout(Duration.ofSeconds(3));

  /** What a row ends with (the output file, or its code or status there), after how many calls. */
  private record Fault(String name, Action action, String end, int calls) {}

  private interface Action {
    /** Answers a request, the first or a later one; false when the connection is over. */
    boolean play(Peer peer, int attempt) throws IOException, InterruptedException;
  }

  private static final String OUTPUT = "output";

  private static final List<Fault> FAULTS =
      List.of(
          sends("cut short", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "upstream_error"),
          sends(
              "chunks without end",
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
              "upstream_error"),
          sends("no HTTP", "hello\r\n\r\n", "upstream_error"),
          new Fault("reset", (peer, _) -> reset(peer), "upstream_error", ATTEMPTS),
          new Fault("silence", (peer, _) -> hang(peer), "request_timeout", ATTEMPTS),
          answers("garbage", answer("200 OK", "{\"a\":"), "invalid_response", ATTEMPTS),
          answers("empty body", answer("200 OK", ""), "invalid_response", ATTEMPTS),
          answers("no content", "HTTP/1.1 204 No\r\n\r\n", "invalid_response", ATTEMPTS),
          answers("array", answer("200 OK", "[{}]"), OUTPUT, 1),
          answers("page", answer("200 OK", "<html>ok</html>"), "invalid_response", 1),
          answers("error page", answer("500 No", "<html>no</html>"), "500", ATTEMPTS),
          answers("error", answer("500 No", "{\"error\":{}}"), "500", ATTEMPTS),
          answers("conflict", answer("409 No", "{\"error\":{}}"), "409", ATTEMPTS),
          answers("refusal", answer("400 No", "{\"error\":{}}"), "400", 1),
          answers("refusal as a page", answer("404 No", "<html>no</html>"), "404", 1),
          answers("redirect", answer("302 Found", "{}"), "302", 1),
          answers(
              "JSON as text",
              GOOD.replace("\r\n\r\n", "\r\nContent-Type: text/plain\r\n\r\n"),
              OUTPUT,
              1),
          once("error once", answer("500 No", "{\"error\":{}}")),
          once("bad gateway once", answer("502 No", "<html>no</html>")),
          once("loading once", answer("503 No", "{\"error\":{}}")),
          once("throttled", answer("429 No", "{\"error\":{}}")),
          once("throttled, 20 ms", waiting("retry-after-ms: 20")),
          once("throttled, no wait", waiting("Retry-After: 0")),
          once("throttled, absurdly", waiting("Retry-After: 99999999999999999999999999")),
          once("throttled, until yesterday", waiting("Retry-After: Fri, 20 Nov 2020 10:00:00 GMT")),
          once("throttled, in words", waiting("Retry-After: soon")),
          new Fault("drip", (peer, _) -> drip(peer), OUTPUT, 1));

  @Test
  void eachFaultEndsItsOwnRowOnly() throws Exception {
    var calls = new ConcurrentHashMap<String, AtomicInteger>();
    Map<String, Fault> faults = new HashMap<>();
    FAULTS.forEach(fault -> faults.put(fault.name(), fault));
    Script script =
        peer -> {
          boolean isOpen = true;
          while (isOpen) {
            String body = peer.readRequest().body();
            Matcher matcher = FAULT.matcher(body);
            Fault fault = matcher.find() ? faults.get(matcher.group(1)) : null;
            if (fault == null) {
              peer.send(GOOD);
            } else {
              int attempt =
                  calls.computeIfAbsent(fault.name(), _ -> new AtomicInteger()).incrementAndGet();
              isOpen = fault.action().play(peer, attempt);
            }
          }
        };
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"),
            10 * FAULTS.size(),
            i -> i % 10 == 5 ? ",\"user\":\"%s\"".formatted(FAULTS.get(i / 10).name()) : "");

    Map<String, String> ends = run(script, input);

    for (int i = 0; i < 10 * FAULTS.size(); i++) {
      Fault fault = FAULTS.get(i / 10);
      String expected = i % 10 == 5 ? fault.end() : OUTPUT;
      assertThat(ends.get("row-" + i)).as(fault.name()).isEqualTo(expected);
    }
    for (Fault fault : FAULTS) {
      // A failure counts the less the more of the others fail too, and here one line in ten does.
      boolean isTried = !fault.end().equals(OUTPUT);
      int most = isTried ? 4 * (fault.calls() + OTHERS) : fault.calls() + 1;
      int made = calls.getOrDefault(fault.name(), new AtomicInteger()).get();
      assertThat(made).as(fault.name()).isBetween(fault.calls(), most);
    }
  }

  @Test
  void resetsOfReusedConnectionsCostNoRowAnAttempt() throws Exception {
    var resets = new AtomicInteger();
    Script script =
        peer -> {
          var _ = peer.readRequest();
          peer.send(GOOD);
          var _ = peer.readHead();
          resets.incrementAndGet();
          peer.reset();
        };
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 500, _ -> "");

    Map<String, String> ends = run(script, input);

    assertThat(ends.values()).hasSize(500).containsOnly(OUTPUT);
    assertThat(resets.get()).isGreaterThan(50);
  }

  @Test
  void rowThatBringsTheUpstreamDownEachTimeEndsAlone() throws Exception {
    limits = EngineLimits.defaults();
    var downUntil = new AtomicLong(System.nanoTime());
    var poisoned = new AtomicInteger();
    Script script =
        peer -> {
          while (System.nanoTime() > downUntil.get()) {
            String body = peer.readRequest().body();
            if (body.contains("poison")) {
              poisoned.incrementAndGet();
              downUntil.set(System.nanoTime() + Duration.ofSeconds(1).toNanos());
            } else if (body.contains("Question")) {
              LockSupport.parkNanos(10_000_000L);
            }
            if (System.nanoTime() > downUntil.get()) {
              peer.send(GOOD);
            }
          }
          peer.reset();
        };
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"), 1_000, i -> i == 300 ? ",\"user\":\"poison\"" : "");

    Map<String, String> ends = run(script, input);

    assertThat(ends).hasSize(1_000).containsEntry("row-300", "upstream_error");
    assertThat(ends.values().stream().filter(end -> !end.equals(OUTPUT))).hasSize(1);
    assertThat(poisoned.get()).isBetween(4, 10);
  }

  @Test
  void answerThatComesBeforeTheBodyWasSentEndsItsRow() throws Exception {
    Script script =
        peer -> {
          String head = peer.readHead();
          boolean isLarge = head.contains("Content-Length: 3");
          if (isLarge) {
            peer.send(answer("413 No\r\nConnection: close", "{\"error\":{}}"));
            peer.awaitClose();
          } else {
            var _ = peer.readBody(head);
            peer.send(GOOD);
          }
        };
    String large = ",\"user\":\"" + "u".repeat(3_000_000) + "\"";
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> large);

    Map<String, String> ends = run(script, input);

    assertThat(ends.values()).hasSize(3).containsOnly("413");
  }

  @Test
  @Tag("full")
  void largeAnswersComeBackWholeAndThoseOverTheLimitAreRefused() throws Exception {
    limits = EngineLimits.defaults();
    String piece = " ".repeat(1 << 20);
    Script script =
        peer -> {
          while (true) {
            String body = peer.readRequest().body();
            int mebibytes = body.contains("too large") ? 257 : body.contains("large") ? 100 : 1;
            peer.send(
                "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{".formatted((mebibytes << 20) + 2));
            for (int i = 0; i < mebibytes; i++) {
              peer.send(piece);
            }
            peer.send("}");
          }
        };
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"),
            10,
            i -> i == 3 ? ",\"user\":\"too large\"" : i < 5 ? ",\"user\":\"large\"" : "");

    try (var upstream = ScriptedServer.playing(script);
        var node = open(upstream)) {
      Batch batch = node.await(node.create(input, Duration.ofHours(1)));

      assertThat(batch.counts().completed()).isEqualTo(9);
      assertThat(batch.counts().failed()).isEqualTo(1);
      assertThat(node.lines(batch.errorFileId()))
          .singleElement()
          .asString()
          .contains("\"custom_id\":\"row-3\"", "\"code\":\"response_too_large\"");
      long bytes = node.bytes(batch.outputFileId());
      assertThat(bytes).isBetween((4 * 100L + 5) << 20, (4 * 100L + 6) << 20);
    }
  }

  /** How each row ended. */
  private Map<String, String> run(Script script, Path input) throws IOException {
    try (var upstream = ScriptedServer.playing(script);
        var node = open(upstream)) {
      Batch batch = node.await(node.create(input, Duration.ofHours(1)));

      assertThat(batch.status()).isEqualTo(BatchStatus.COMPLETED);
      Map<String, String> ends = ends(node, batch);
      long completed = ends.values().stream().filter(OUTPUT::equals).count();
      assertThat(ends).hasSize((int) batch.counts().total());
      assertThat(batch.counts().completed()).isEqualTo(completed);
      assertThat(batch.counts().failed()).isEqualTo(batch.counts().total() - completed);
      return ends;
    }
  }

  @Test
  @Tag("K5")
  void noRowAndNoReasonTellsWhereTheUpstreamIs() throws Exception {
    Script script =
        peer -> {
          while (!peer.readRequest().body().contains("Question")) {
            peer.send(GOOD);
          }
          peer.reset();
        };
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    String address;
    try (var upstream = ScriptedServer.playing(script);
        NodeFixture node = open(upstream)) {
      address = upstream.url("http", "").getAuthority();
      Batch batch = node.await(node.create(input, Duration.ofHours(1)));

      assertThat(node.lines(batch.errorFileId()))
          .hasSize(3)
          .allMatch(line -> line.contains("sim broke the ") || line.contains("sim closed the "))
          .noneMatch(line -> line.contains(address));
    }

    try (NodeFixture node = openAt("http://" + address)) {
      long batch = node.create(input, Duration.ofHours(1));
      ServerFixture.awaitThat(() -> reason(node, batch).contains("cannot connect to sim"));

      assertThat(reason(node, batch)).doesNotContain(address);
    }
  }

  private static String reason(NodeFixture node, long batch) {
    Picture picture = node.engine().picture();
    return "" + picture.of(node.batch(batch)).reason();
  }

  private NodeFixture open(ScriptedServer upstream) {
    return openAt(upstream.url("http", "/v1").toString());
  }

  private NodeFixture openAt(String url) {
    return NodeFixture.open(folder.resolve("data"), url, limits);
  }

  private static Map<String, String> ends(NodeFixture node, Batch batch) throws IOException {
    Map<String, String> rows = new HashMap<>();
    var ids = new ArrayList<String>();
    for (String line : node.lines(batch.outputFileId())) {
      ids.add(customId(line));
      rows.put(customId(line), OUTPUT);
    }
    for (String line : node.lines(batch.errorFileId())) {
      JsonNode row = Json.read(line);
      ids.add(customId(line));
      boolean hasResponse = !row.path("response").isNull();
      rows.put(
          customId(line),
          hasResponse
              ? row.at("/response/status_code").asString()
              : row.at("/error/code").asString());
    }
    assertThat(ids).doesNotHaveDuplicates();
    return rows;
  }

  private static String customId(String line) {
    return Json.read(line).path("custom_id").asString();
  }

  // ---- faults

  private static String answer(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, body.length(), body);
  }

  private static String waiting(String header) {
    return answer("429 No", "{\"error\":{}}").replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n");
  }

  private static Fault answers(String name, String answer, String end, int calls) {
    return new Fault(
        name,
        (peer, _) -> {
          peer.send(answer);
          return true;
        },
        end,
        calls);
  }

  /** Then the connection is closed. */
  private static Fault sends(String name, String bytes, String end) {
    return new Fault(
        name,
        (peer, _) -> {
          peer.send(bytes);
          return false;
        },
        end,
        ATTEMPTS);
  }

  private static Fault once(String name, String first) {
    return new Fault(
        name,
        (peer, attempt) -> {
          peer.send(attempt == 1 ? first : GOOD);
          return true;
        },
        OUTPUT,
        2);
  }

  private static boolean reset(Peer peer) throws IOException {
    peer.reset();
    return false;
  }

  private static boolean hang(Peer peer) {
    peer.awaitClose();
    return false;
  }

  private static boolean drip(Peer peer) throws IOException {
    for (int i = 0; i < GOOD.length(); i++) {
      peer.send(GOOD.substring(i, i + 1));
      LockSupport.parkNanos(10_000_000L);
    }
    return true;
  }
}
