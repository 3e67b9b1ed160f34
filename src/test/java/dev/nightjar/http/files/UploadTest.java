package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.LINE;
import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.file;
import static dev.nightjar.testing.TestApi.form;
import static dev.nightjar.testing.TestApi.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("server")
class UploadTest {
  private static final int FILE_BYTES_MAX = 300_000;

  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory, new ApiLimits(FILE_BYTES_MAX, 1_000, Set.of()));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void fieldsMayComeBeforeAndAfterTheFile() throws Exception {
    String text = LINE.repeat(10_000);

    String before = kept(form(field("purpose", "batch"), file("a.jsonl", text)));
    String after = kept(form(file("a.jsonl", text), field("purpose", "batch")));

    assertThat(content(before)).isEqualTo(text);
    assertThat(content(after)).isEqualTo(text);
  }

  @Test
  void unknownFieldsArePassedOver() throws Exception {
    String unknown = field("extra", "v".repeat(100_000));

    String id = kept(form(unknown, field("purpose", "batch"), unknown, file("a.jsonl", LINE)));

    assertThat(content(id)).isEqualTo(LINE);
  }

  @Test
  void chunkedBodiesAreTaken() throws Exception {
    byte[] body =
        form(file("a.jsonl", LINE), field("purpose", "batch")).getBytes(StandardCharsets.UTF_8);

    HttpResponse<byte[]> response =
        api.postForm(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void aFileWithoutNameIsStillTheFile() throws Exception {
    String part = part("Content-Disposition: form-data; name=\"file\"", LINE);

    JsonNode file = TestApi.json(api.postForm(form(part, field("purpose", "batch"))));

    assertThat(file.get("filename").asString()).isEqualTo("upload");
    assertThat(file.get("bytes").asInt()).isEqualTo(LINE.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a.jsonl", "A.JSONL", "upload", "unknown_file", "a.", "日本.jsonl", "a.b/upload"})
  void namesWithTheRightExtensionOrNoneAreTaken(String name) throws Exception {
    JsonNode file = TestApi.json(api.postForm(form(field("purpose", "batch"), file(name, LINE))));

    assertThat(file.get("filename").asString()).isEqualTo(name);
  }

  /** OpenAI's own example of an upload sends one. */
  @ParameterizedTest
  @ValueSource(strings = {"x.txt", "a.csv", "a.jsonl.part"})
  @Tag("H1")
  void inputThatComesInPartsMayHaveAnyName(String name) throws Exception {
    HttpResponse<byte[]> upload =
        api.post(
            "/v1/uploads",
            """
            {"filename": "%s", "purpose": "batch", "bytes": 1, "mime_type": "text/plain"}
            """
                .formatted(name));

    assertThat(upload.statusCode()).isEqualTo(200);
    assertThat(TestApi.json(upload).get("filename").asString()).isEqualTo(name);
    assertThat(api.postForm(form(field("purpose", "batch"), file(name, LINE))).statusCode())
        .as("names are checked there only")
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "batch,       , 2592000",
    "batch,   3600, 3600",
    "user_data,   ,",
    "fine-tune, 7200, 7200",
  })
  void filesExpireWhenAskedAndBatchInputsAfter30Days(String purpose, String asked, Long life)
      throws Exception {
    String expiry =
        asked == null
            ? ""
            : field("expires_after[anchor]", "created_at") + field("expires_after[seconds]", asked);

    JsonNode file =
        TestApi.json(api.postForm(form(field("purpose", purpose), expiry, file("a.jsonl", LINE))));

    if (life == null) {
      assertThat(file.get("expires_at").isNull()).isTrue();
    } else {
      assertThat(file.get("expires_at").asLong() - file.get("created_at").asLong()).isEqualTo(life);
    }
  }

  @Test
  void aByteOrderMarkAndBlanksPassToValidation() throws Exception {
    assertThat(
            api.postForm(form(field("purpose", "batch"), file("a", "\uFEFF \r\n\t" + LINE)))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void anEmptyFileOfAnotherPurposeIsKept() throws Exception {
    String id = kept(form(field("purpose", "fine-tune"), file("a", "")));

    assertThat(content(id)).isEmpty();
  }

  @Test
  void aFileAtTheLimitIsTakenAndOneByteMoreIsNot() throws Exception {
    String most = "x".repeat(FILE_BYTES_MAX);

    HttpResponse<byte[]> taken = api.postForm(form(field("purpose", "vision"), file("a", most)));
    HttpResponse<byte[]> refused =
        api.postForm(form(field("purpose", "vision"), file("a", most + "x")));

    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(TestApi.error(refused).get("message").asString()).contains("300000 bytes");
  }

  @Test
  @Timeout(60)
  void aClientThatAsksFirstNeedNotSendAFileThatIsTooLarge() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port)) {
      String head =
          "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\nContent-Type: multipart/form-data; boundary=%s\r\n\r\n"
              .formatted(TestApi.BOUNDARY);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));

      byte[] answer = socket.getInputStream().readNBytes(12);

      assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void aRefusedFileLeavesNothing() throws Exception {
    HttpResponse<byte[]> response =
        api.postForm(form(field("purpose", "nonsense"), file("a", "x".repeat(200_000))));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(api.objects.list("")).isEmpty();
    assertThat(TestApi.json(api.get("/v1/files")).get("data")).isEmpty();
  }

  @Test
  void anUploadThatBreaksOffLeavesNothingAndTheServerWorksOn() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port)) {
      String head =
          "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\nContent-Type: multipart/form-data; boundary=%s\r\n\r\n"
              .formatted(TestApi.BOUNDARY);
      String half = file("a.jsonl", LINE.repeat(9)).substring(0, 200);
      socket.getOutputStream().write((head + half).getBytes(StandardCharsets.UTF_8));
    }

    String next = kept(form(field("purpose", "batch"), file("a.jsonl", LINE)));

    assertThat(api.objects.list("")).extracting("key").containsExactly("files/" + next);
  }

  private String kept(String form) throws Exception {
    HttpResponse<byte[]> response = api.postForm(form);
    assertThat(response.statusCode()).isEqualTo(200);
    return TestApi.json(response).get("id").asString();
  }

  private String content(String id) throws Exception {
    return new String(api.get("/v1/files/" + id + "/content").body(), StandardCharsets.UTF_8);
  }
}
