package dev.nightjar.http.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.testing.Http2Frames;
import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.RawHttp.Response;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that end early, never end, or are not what they say: each was answered badly once. */
@Tag("server")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokenRequestsTest {
  private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";
  private static final String UPLOAD =
      "POST /v1/files" + HOST + "Content-Type: multipart/form-data; boundary=b\r\n";
  private static final String CHUNKED = UPLOAD + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String PART = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";

  private Path directory;
  private TestApi api;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    directory = folder;
    api = new TestApi(folder, new ApiLimits(16L << 30, 1_000, Set.of()), Duration.ofMillis(1_500));
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  @Tag("K1")
  void aChunkLongerThanAFileMayBeIsRefusedAsTheFileIs() throws Exception {
    try (var client = new RawHttp(api.port)) {
      client.send((CHUNKED + "7FFFFFFF\r\n--bXX\r\n").getBytes(ISO_8859_1));

      assertRefused(List.of(client.read(false)), 400, "boundary");
    }
  }

  @Test
  @Tag("K1")
  void aSignBeforeTheSizeOfAChunkHidesItFromNobody() throws Exception {
    try (var client = new RawHttp(api.port)) {
      client.send((CHUNKED + "+F00000\r\n").getBytes(ISO_8859_1));

      assertRefused(List.of(client.read(false)), 400, "the size of a chunk is no number");
    }
  }

  @Test
  @Tag("K1")
  void aLargeChunkIsTaken() throws Exception {
    String form = PART + "x".repeat((16 << 20) - PART.length());
    String rest =
        "\r\n--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nvision\r\n--b--";

    List<Response> answers =
        RawHttp.exchange(
            api.port,
            CHUNKED
                + "1000000\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n".formatted(form, rest.length(), rest));

    assertThat(answers).extracting(Response::status).containsExactly(200);
  }

  @Test
  void aChunkLineWithoutEndIsRefused() throws Exception {
    try (var client = new RawHttp(api.port)) {
      client.send((CHUNKED + "5;x=" + "y".repeat(100_000)).getBytes(ISO_8859_1));

      assertRefused(List.of(client.read(false)), 400, "longer than 4096 bytes");
    }
  }

  @Test
  void nothingIsReadAfterABrokenChunk() throws Exception {
    String hidden = "GET /v1/models" + HOST + "\r\n";

    List<Response> answers =
        RawHttp.exchange(api.port, CHUNKED + "zz\r\n" + hidden + "0\r\n\r\n" + hidden);

    assertRefused(answers, 400, "the size of a chunk");
  }

  @Test
  void anEndlessBodyIsNotReadOnAfterItsRefusal() throws Exception {
    byte[] chunk = ("100000\r\n" + "x".repeat(1 << 20) + "\r\n").getBytes(ISO_8859_1);
    try (var client = new RawHttp(api.port)) {
      client.send((CHUNKED + "5\r\n--bXX\r\n").getBytes(ISO_8859_1));
      int sent = 0;
      while (sent < 1_000 && client.send(chunk)) {
        sent++;
      }

      assertThat(sent).as("MiB sent").isLessThan(200);
    }
  }

  @Test
  void aBodyThatEndsEarlyIsToldSo() throws Exception {
    assertRefused(
        RawHttp.exchange(api.port, UPLOAD + "Content-Length: 1000\r\n\r\n" + PART + "half"),
        400,
        "it ends too early");
    assertRefused(
        RawHttp.exchange(api.port, CHUNKED + "100\r\n" + PART + "half"), 400, "it ends too early");
    assertRefused(
        RawHttp.exchange(
            api.port, "POST /v1/batches" + HOST + "Content-Length: 100\r\n\r\n{\"endpoint\""),
        400,
        "it ends too early");
    assertNothingLeft();
  }

  @Test
  void aHeadThatEndsEarlyIsToldSo() throws Exception {
    assertRefused(
        RawHttp.exchange(api.port, "GET /v1/models HTTP/1.1\r\nHost: local"), 400, "in its head");
    assertRefused(RawHttp.exchange(api.port, "GET /v1/models HTTP/1.1\r\n"), 400, "in its head");
  }

  @Test
  void otherVersionsOfHttpAreToldWhichToUse() throws Exception {
    assertRefused(RawHttp.exchange(api.port, "GET / HTTP/9.9\r\n\r\n"), 400, "");
    assertRefused(RawHttp.exchange(api.port, "hello\r\n\r\n"), 400, "");
    assertRefused(RawHttp.exchange(api.port, "a: b c\r\n\r\n"), 400, "not valid HTTP");
  }

  @Test
  void anUpgradeToHttp2WithoutItsSettingsIsIgnored() throws Exception {
    String upgrade = "GET /v1/models" + HOST + "Connection: Upgrade\r\nUpgrade: h2c\r\n";

    assertThat(RawHttp.exchange(api.port, upgrade + "\r\n"))
        .extracting(Response::status)
        .containsExactly(200);
    assertThat(RawHttp.exchange(api.port, upgrade + "HTTP2-Settings: !!!\r\n\r\n"))
        .extracting(Response::status)
        .containsExactly(200);
  }

  @Test
  void strangeTargetsAreNotFoundOrRefused() throws Exception {
    for (String target :
        List.of("localhost:80/%E2%82%AC/..%5c", "*", "/v1/files/%00", "/v1/files/%ff")) {
      assertThat(RawHttp.exchange(api.port, "GET " + target + HOST + "\r\n"))
          .as(target)
          .extracting(Response::status)
          .allMatch(status -> status == 404 || status == 400);
    }
  }

  @Test
  void anUploadOverHttp2ThatStallsLeavesNothing() throws Exception {
    try (var client = new RawHttp(api.port)) {
      client.send(
          Http2Frames.connection()
              .post(1, "/v1/files", "content-type", "multipart/form-data; boundary=b")
              .data(1, PART + "half a file")
              .bytes());
      await(() -> temporaryFiles() > 0);

      await(() -> temporaryFiles() == 0);
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(limit);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void assertNothingLeft() throws IOException {
    await(() -> temporaryFiles() == 0);
  }

  private long temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("objects"))) {
      return files
          .filter(file -> file.toString().contains("tmp"))
          .filter(Files::isRegularFile)
          .count();
    }
  }

  private static void assertRefused(List<Response> answers, int status, String message) {
    assertThat(answers).extracting(Response::status).containsExactly(status);
    JsonNode error = JsonMapper.shared().readTree(answers.getFirst().body()).get("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.get("message").asString()).contains(message);
  }
}
