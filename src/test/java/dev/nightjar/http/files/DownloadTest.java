package dev.nightjar.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("server")
class DownloadTest {
  private static final String PATH = "/v1/files/file-1/content";
  private static final String TAG = "\"file-1\"";
  private static final int MORE_THAN_IS_ON_THE_WIRE = 48 << 20;
  private static final int[] PIECES = {100, 200_000, 1, 50_000};

  @TempDir private Path directory;
  private TestApi api;
  private byte[] bytes;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
    bytes = keep("file-1", "batch_output", PIECES);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  /** Stores a file of several pieces and returns its bytes. */
  private byte[] keep(String id, String purpose, int... sizes) throws IOException {
    var random = new Random(3);
    var all = new ByteArrayOutputStream();
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      byte[] piece = new byte[sizes[i]];
      random.nextBytes(piece);
      String key = id + "/" + i;
      try (var writer = api.objects.create(key)) {
        writer.write(piece);
        writer.commit();
      }
      pieces.add(new Piece(key, piece.length));
      all.writeBytes(piece);
    }
    api.stores
        .files()
        .insertFile(
            new NewFile(new FileId(id), "default", "out.jsonl", purpose, all.size(), null),
            new Manifest(pieces));
    return all.toByteArray();
  }

  @Test
  void aFileOfManyPiecesComesWhole() throws Exception {
    HttpResponse<byte[]> response =
        api.send(
            api.request(PATH)
                .header("Accept", "application/binary")
                .header("Accept-Encoding", "gzip"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(bytes);
    assertHeaders(response, "content-length", Integer.toString(bytes.length));
    assertHeaders(response, "content-type", "application/octet-stream");
    assertHeaders(response, "etag", TAG);
    assertHeaders(response, "accept-ranges", "bytes");
    assertThat(response.headers().firstValue("content-encoding")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0,           0,      1",
    "bytes=90-110,        90,     111",
    "bytes=99-250100,     99,     250101",
    "bytes=200000-,       200000, 250101",
    "bytes=-50002,        200099, 250101",
    "bytes=250100-999999, 250100, 250101",
  })
  void aRangeComesWithItsPlace(String range, int from, int to) throws Exception {
    HttpResponse<byte[]> response = api.send(api.request(PATH).header("Range", range));

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.body()).isEqualTo(Arrays.copyOfRange(bytes, from, to));
    assertHeaders(
        response, "content-range", "bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
  }

  @Test
  void aRangeBehindTheEndIsRefusedWithTheLength() throws Exception {
    HttpResponse<byte[]> response = api.send(api.request(PATH).header("Range", "bytes=250101-"));

    assertThat(response.statusCode()).isEqualTo(416);
    assertHeaders(response, "content-range", "bytes */250101");
    assertThat(TestApi.error(response).get("message").asString()).contains("250101 bytes");
  }

  @Test
  void severalRangesAreAnsweredWithTheWhole() throws Exception {
    HttpResponse<byte[]> response = api.send(api.request(PATH).header("Range", "bytes=0-1,5-6"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(bytes);
  }

  @Test
  void ifRangeDecidesBetweenPartAndWhole() throws Exception {
    HttpResponse<byte[]> same =
        api.send(api.request(PATH).header("Range", "bytes=0-9").header("If-Range", TAG));
    HttpResponse<byte[]> other =
        api.send(api.request(PATH).header("Range", "bytes=0-9").header("If-Range", "\"x\""));

    assertThat(same.statusCode()).isEqualTo(206);
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(other.body()).hasSameSizeAs(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"\"file-1\" | 304", "\"x\", W/\"file-1\" | 304", "* | 304", "\"x\" | 200"})
  void aFileThatTheClientHasIsNotSentAgain(String known, int status) throws Exception {
    HttpResponse<byte[]> response = api.send(api.request(PATH).header("If-None-Match", known));

    assertThat(response.statusCode()).isEqualTo(status);
    assertHeaders(response, "etag", TAG);
    assertThat(response.body()).hasSize(status == 304 ? 0 : bytes.length);
  }

  @Test
  void headTellsTheLengthOnly() throws Exception {
    HttpResponse<byte[]> response = api.send(api.request(PATH).HEAD());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertHeaders(response, "content-length", Integer.toString(bytes.length));
    assertHeaders(response, "etag", TAG);
  }

  @ParameterizedTest
  @CsvSource({"0, GET", "3, GET", "3, HEAD"})
  void aLostPieceIsAnErrorBeforeAnyByteIsSent(int piece, String method) throws Exception {
    api.objects.delete("file-1/" + piece);

    assertLost(api.send(api.request(PATH).method(method, BodyPublishers.noBody())));

    HttpResponse<byte[]> rest = api.send(api.request(PATH).header("Range", "bytes=100-299"));
    assertThat(rest.statusCode()).as("what is there can be read").isEqualTo(206);
    assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 100, 300));
  }

  @Test
  void aShortPieceIsAnErrorBeforeAnyByteIsSent() throws Exception {
    try (var writer = api.objects.create("file-1/3")) {
      writer.write(new byte[49_999]);
      writer.commit();
    }

    assertLost(api.get(PATH));
  }

  private static void assertLost(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.headers().firstValue("etag")).isEmpty();
    assertThat(new String(response.body(), StandardCharsets.UTF_8))
        .matches(body -> body.isEmpty() || body.contains("\"server_error\""));
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  @Timeout(60)
  void aPieceLostMeanwhileBreaksTheDownload(HttpClient.Version version) throws Exception {
    HttpRequest.Builder request = api.request(PATH).version(version);
    HttpResponse<byte[]> whole = api.send(request);
    assertThat(whole.version()).isEqualTo(version);
    assertThat(whole.body()).isEqualTo(bytes);
    assertThat(whole.headers().firstValue("openai-processing-ms")).isPresent();
    var _ = keep("file-2", "batch_output", 100, MORE_THAN_IS_ON_THE_WIRE, 10);

    try (HttpClient client = HttpClient.newHttpClient();
        InputStream body =
            client
                .send(
                    api.request("/v1/files/file-2/content").version(version).build(),
                    BodyHandlers.ofInputStream())
                .body()) {
      assertThat(body.readNBytes(200)).hasSize(200);
      api.objects.delete("file-2/2");

      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }
    assertThat(api.get("/healthz/live").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"assistants, 400", "user_data, 400", "batch, 200", "fine-tune, 200"})
  void somePurposesAreNotForDownload(String purpose, int status) throws Exception {
    var _ = keep("file-2", purpose, PIECES);

    HttpResponse<byte[]> response = api.get("/v1/files/file-2/content");

    assertThat(response.statusCode()).isEqualTo(status);
    if (status == 400) {
      assertThat(TestApi.error(response).get("message").asString())
          .isEqualTo("Not allowed to download files of purpose: " + purpose);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  @Tag("H1")
  void downloadIsCalledAsItsFile(String method) throws Exception {
    HttpResponse<byte[]> whole =
        api.send(api.request(PATH).method(method, BodyPublishers.noBody()));
    HttpResponse<byte[]> none = api.get("/v1/files/file-none/content");

    assertHeaders(whole, "content-disposition", "attachment; filename=\"out.jsonl\"");
    assertThat(none.headers().firstValue("content-disposition")).isEmpty();
  }

  private static void assertHeaders(HttpResponse<byte[]> response, String name, String value) {
    assertThat(response.headers().allValues(name)).containsExactly(value);
  }
}
