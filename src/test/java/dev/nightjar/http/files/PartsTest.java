package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.LINE;
import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.form;
import static dev.nightjar.testing.TestApi.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Uploads in parts: docs/compatibility.md#uploads. */
@Tag("server")
class PartsTest {
  private static final Duration LIFE = Duration.ofHours(1);

  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  // ---- what comes of it

  @Test
  void theFileIsThePartsInTheOrderGivenAndNothingIsCopied() throws Exception {
    String upload = create("fine-tune", "a.txt", 6);
    String last = add(upload, "ef");
    String first = add(upload, "abc");
    add(upload, "not in it");
    String middle = add(upload, "d");

    JsonNode completed = TestApi.json(complete(upload, List.of(first, middle, last), null));

    String file = completed.at("/file/id").asString();
    assertThat(completed.get("status").asString()).isEqualTo("completed");
    assertThat(completed.at("/file/bytes").asInt()).isEqualTo(6);
    assertThat(completed.at("/file/filename").asString()).isEqualTo("a.txt");
    assertThat(content(file)).isEqualTo("abcdef");
    assertThat(TestApi.json(api.get("/v1/files/" + file))).isEqualTo(completed.get("file"));
    assertThat(api.objects.list("")).extracting("bytes").containsExactlyInAnyOrder(2L, 3L, 1L, 9L);
  }

  @Test
  void rangesAreReadAcrossParts() throws Exception {
    String upload = create("fine-tune", "a.txt", 6);
    List<String> parts = List.of(add(upload, "abc"), add(upload, "d"), add(upload, "ef"));
    String file = TestApi.json(complete(upload, parts, null)).at("/file/id").asString();

    HttpResponse<byte[]> range =
        api.send(api.request("/v1/files/" + file + "/content").header("Range", "bytes=2-4"));

    assertThat(range.statusCode()).isEqualTo(206);
    assertThat(text(range)).isEqualTo("cde");
  }

  @Test
  void anEmptyUploadNeedsNoPartAndEmptyPartsAreTaken() throws Exception {
    String without = create("fine-tune", "a.txt", 0);
    String with = create("fine-tune", "a.txt", 0);

    JsonNode none = TestApi.json(complete(without, List.of(), md5("")));
    JsonNode one = TestApi.json(complete(with, List.of(add(with, "")), null));

    assertThat(content(none.at("/file/id").asString())).isEmpty();
    assertThat(content(one.at("/file/id").asString())).isEmpty();
    assertThat(api.objects.list("")).isEmpty();
  }

  @Test
  void theFileLivesAsLongAsTheUploadAskedFor() throws Exception {
    String given =
        """
        {"filename": "a", "purpose": "fine-tune", "bytes": 0, "mime_type": "text/plain",
         "expires_after": {"anchor": "created_at", "seconds": 3600}}
        """;
    String upload = TestApi.json(api.post("/v1/uploads", given)).get("id").asString();
    api.now.set(api.now.get().plusSeconds(600));

    JsonNode asked = TestApi.json(complete(upload, List.of(), null)).get("file");
    String batch = create("batch", "a.jsonl", LINE.length());
    JsonNode unasked = TestApi.json(complete(batch, List.of(add(batch, LINE)), null)).get("file");

    assertThat(asked.get("created_at").asLong()).isEqualTo(api.now.get().getEpochSecond());
    assertThat(life(asked)).isEqualTo(Duration.ofHours(1));
    assertThat(life(unasked)).isEqualTo(Duration.ofDays(30));
  }

  // ---- how it ends

  @Test
  void completeIsAnsweredTheSameWayAgain() throws Exception {
    String upload = create("fine-tune", "a.txt", 3);
    String part = add(upload, "abc");
    String other = add(upload, "xyz");

    JsonNode first = TestApi.json(complete(upload, List.of(part), null));
    api.now.set(api.now.get().plus(LIFE));
    HttpResponse<byte[]> again = complete(upload, List.of(part), null);

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(TestApi.json(again)).isEqualTo(first);
    assertRefused(complete(upload, List.of(other), null), 400, "upload_id", "is completed");
    assertRefused(send(upload, "abc"), 400, "upload_id", "is completed");
    assertRefused(cancel(upload), 400, "upload_id", "is completed");
  }

  @Test
  void cancelEndsAnUploadAndMayBeRepeated() throws Exception {
    String upload = create("fine-tune", "a.txt", 3);
    String part = add(upload, "abc");

    HttpResponse<byte[]> first = cancel(upload);
    HttpResponse<byte[]> again =
        api.send(
            api.request("/v1/uploads/" + upload + "/cancel")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{")));

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(TestApi.json(first).get("status").asString()).isEqualTo("cancelled");
    assertThat(TestApi.json(first).get("file").isNull()).isTrue();
    assertThat(TestApi.json(again)).isEqualTo(TestApi.json(first));
    assertRefused(send(upload, "abc"), 400, "upload_id", "is cancelled");
    assertRefused(complete(upload, List.of(part), null), 400, "upload_id", "is cancelled");
  }

  @Test
  void anUploadExpiresAnHourAfterItsCreation() throws Exception {
    String upload = create("fine-tune", "a.txt", 3);
    api.now.set(api.now.get().plus(LIFE).minusMillis(1));
    String part = add(upload, "abc");
    assertThat(status(upload)).isEqualTo("pending");

    api.now.set(api.now.get().plusMillis(1));

    assertThat(status(upload)).isEqualTo("expired");
    assertRefused(send(upload, "abc"), 400, "upload_id", "has expired");
    assertRefused(complete(upload, List.of(part), null), 400, "upload_id", "has expired");
    assertRefused(cancel(upload), 400, "upload_id", "has expired");
    assertThat(TestApi.json(api.get("/v1/files")).get("data")).isEmpty();
  }

  @Test
  void whatIsWrongWithTheContentCanBePutRight() throws Exception {
    String upload = create("batch", "a.jsonl", LINE.length());
    String wrong = add(upload, "x".repeat(LINE.length()));
    String right = add(upload, LINE);

    assertRefused(
        complete(upload, List.of(right, wrong), null), 400, "part_ids", "hold 38 bytes, and");
    assertRefused(complete(upload, List.of(right), md5("other")), 400, "md5", "is " + md5(LINE));
    assertRefused(complete(upload, List.of(wrong), null), 400, null, "Must be .jsonl. Line 1: ");

    assertThat(status(upload)).isEqualTo("pending");
    assertThat(complete(upload, List.of(right), md5(LINE).toUpperCase(Locale.ROOT)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void theFirstLineMayBeginInALaterPart() throws Exception {
    String blank = " \n".repeat(300_000);
    String upload = create("batch", "a", blank.length() + LINE.length());
    String empty = create("batch", "a", blank.length());

    List<String> parts = List.of(add(upload, blank), add(upload, LINE));

    assertThat(complete(upload, parts, null).statusCode()).isEqualTo(200);
    assertRefused(
        complete(empty, List.of(add(empty, blank)), null), 400, null, "The file is empty");
  }

  // ---- what is refused

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'purpose': 'batch', 'bytes': 1, 'mime_type': 'm' | missing_required_parameter | filename | 'filename'",
        "'filename': 'a', 'bytes': 1, 'mime_type': 'm' | missing_required_parameter | purpose | 'purpose'",
        "'filename': 'a', 'purpose': 'batch', 'mime_type': 'm' | missing_required_parameter | bytes | 'bytes'",
        "'filename': 'a', 'purpose': 'batch', 'bytes': 1 | missing_required_parameter | mime_type | 'mime_type'",
        "'filename': 1, 'purpose': 'batch', 'bytes': 1, 'mime_type': 'm' | invalid_type | filename | expected a string, but got an integer",
        "'filename': 'a', 'purpose': 'x', 'bytes': 1, 'mime_type': 'm' | invalid_value | purpose | 'x' is not one of",
        "'filename': 'a', 'purpose': 'batch', 'bytes': '1', 'mime_type': 'm' | invalid_type | bytes | expected an integer, but got a string",
        "'filename': 'a', 'purpose': 'batch', 'bytes': -1, 'mime_type': 'm' | integer_below_min_value | bytes | >= 0, but got -1",
        "'filename': 'a', 'purpose': 'batch', 'bytes': 17179869185, 'mime_type': 'm' | integer_above_max_value | bytes | <= 17179869184",
        "'filename': 'a', 'purpose': 'batch', 'bytes': 1e1, 'mime_type': 'm' | invalid_type | bytes | expected an integer, but got a decimal",
        "'filename': 'a', 'purpose': 'batch', 'bytes': 1, 'mime_type': 'm', 'expires_after': {'anchor': 'created_at', 'seconds': 1} | integer_below_min_value | expires_after.seconds | >= 3600",
      })
  void badUploadIs400(String fields, @Nullable String code, @Nullable String param, String message)
      throws Exception {
    HttpResponse<byte[]> response = api.post("/v1/uploads", "{" + fields.replace('\'', '"') + "}");

    assertRefused(response, 400, param, message);
    assertThat(TestApi.error(response).get("code").asString(null)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | part_ids | Missing required parameter: 'part_ids'.",
        "{'part_ids': 'PART'} | part_ids | expected an array, but got a string",
        "{'part_ids': ['PART', 7]} | part_ids[1] | expected a string, but got an integer",
        "{'part_ids': ['PART', 'PART']} | part_ids[1] | is named twice",
        "{'part_ids': ['PART', 'part_none']} | part_ids | has no part 'part_none'",
        "{'part_ids': ['OTHER']} | part_ids | has no part 'part_",
        "{'part_ids': ['PART'], 'md5': 'abc'} | md5 | 32 hexadecimal digits",
        "{'part_ids': ['PART'], 'md5': 7} | md5 | expected a string",
      })
  void badCompletionIs400(String body, String param, String message) throws Exception {
    String upload = create("fine-tune", "a.txt", 3);
    String part = add(upload, "abc");
    String other = add(create("fine-tune", "b.txt", 3), "xyz");
    String json = body.replace('\'', '"').replace("PART", part).replace("OTHER", other);

    assertRefused(api.post(path(upload, "complete"), json), 400, param, message);
    assertThat(status(upload)).isEqualTo("pending");
  }

  @Test
  void unknownUploadIs404() throws Exception {
    String message = "No such Upload object: upload_none";

    assertRefused(api.get("/v1/uploads/upload_none"), 404, "upload_id", message);
    assertRefused(send("upload_none", "abc"), 404, "upload_id", message);
    assertRefused(complete("upload_none", List.of(), null), 404, "upload_id", message);
    assertRefused(cancel("upload_none"), 404, "upload_id", message);
  }

  @Test
  void aPartNeedsItsData() throws Exception {
    String upload = create("fine-tune", "a.txt", 3);

    assertRefused(
        sendForm(upload, BodyPublishers.ofString(form(field("file", "abc")))),
        400,
        "data",
        "Missing required parameter: 'data'.");
    assertThat(api.objects.list("")).isEmpty();
  }

  @Test
  void aPartOf64MiBIsTakenAndOneByteMoreIsNot() throws Exception {
    String upload = create("fine-tune", "a.txt", ApiLimits.PART_BYTES_MAX);

    HttpResponse<byte[]> taken = sendForm(upload, zeros(ApiLimits.PART_BYTES_MAX));
    HttpResponse<byte[]> refused = sendForm(upload, zeros(ApiLimits.PART_BYTES_MAX + 1));
    String part = TestApi.json(taken).get("id").asString();

    assertRefused(refused, 413, null, "67108864 bytes");
    assertThat(api.objects.list("")).hasSize(1);
    assertThat(complete(upload, List.of(part), null).statusCode()).isEqualTo(200);
  }

  /** Chunked, so that only counting can tell how much it is. */
  private static BodyPublisher zeros(long count) {
    byte[] head =
        "--%s\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n"
            .formatted(TestApi.BOUNDARY)
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = ("\r\n" + form()).getBytes(StandardCharsets.UTF_8);
    byte[] piece = new byte[1 << 16];
    return BodyPublishers.ofInputStream(() -> {
      Stream<InputStream> zeros =
          Stream.concat(
                  Stream.generate(() -> piece).limit(count / piece.length),
                  Stream.of(new byte[(int) (count % piece.length)]))
              .map(ByteArrayInputStream::new);
      Stream<InputStream> all =
          Stream.of(
                  Stream.<InputStream>of(new ByteArrayInputStream(head)),
                  zeros,
                  Stream.<InputStream>of(new ByteArrayInputStream(tail)))
              .flatMap(each -> each);
      return new SequenceInputStream(Collections.enumeration(all.collect(Collectors.toList())));
    });
  }

  // ---- requests

  private static String path(String upload, String verb) {
    return "/v1/uploads/%s/%s".formatted(upload, verb);
  }

  private String create(String purpose, String filename, long bytes) throws Exception {
    HttpResponse<byte[]> response =
        api.post(
            "/v1/uploads",
            """
            {"filename": "%s", "purpose": "%s", "bytes": %d, "mime_type": "text/plain"}
            """
                .formatted(filename, purpose, bytes));
    assertThat(response.statusCode()).isEqualTo(200);
    return TestApi.json(response).get("id").asString();
  }

  private HttpResponse<byte[]> send(String upload, String data) throws Exception {
    String form = form(part("Content-Disposition: form-data; name=\"data\"", data));
    return sendForm(upload, BodyPublishers.ofString(form));
  }

  private HttpResponse<byte[]> sendForm(String upload, BodyPublisher form) throws Exception {
    return api.send(
        api.request(path(upload, "parts"))
            .header("Content-Type", "multipart/form-data; boundary=" + TestApi.BOUNDARY)
            .POST(form));
  }

  private String add(String upload, String data) throws Exception {
    HttpResponse<byte[]> response = send(upload, data);
    assertThat(response.statusCode()).isEqualTo(200);
    return TestApi.json(response).get("id").asString();
  }

  private HttpResponse<byte[]> complete(String upload, List<String> parts, @Nullable String md5)
      throws Exception {
    String ids = parts.stream().map(id -> '"' + id + '"').collect(Collectors.joining(", "));
    String more = md5 == null ? "" : ", \"md5\": \"%s\"".formatted(md5);
    return api.post(path(upload, "complete"), "{\"part_ids\": [%s]%s}".formatted(ids, more));
  }

  private HttpResponse<byte[]> cancel(String upload) throws Exception {
    return api.send(api.request(path(upload, "cancel")).POST(BodyPublishers.noBody()));
  }

  // ---- answers

  private String status(String upload) throws Exception {
    return TestApi.json(api.get("/v1/uploads/" + upload)).get("status").asString();
  }

  private String content(String file) throws Exception {
    return text(api.get("/v1/files/" + file + "/content"));
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static Duration life(JsonNode file) {
    return Duration.ofSeconds(file.get("expires_at").asLong() - file.get("created_at").asLong());
  }

  private static String md5(String text) throws Exception {
    byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  private static void assertRefused(
      HttpResponse<byte[]> response, int status, @Nullable String param, String message) {
    assertThat(response.statusCode()).isEqualTo(status);
    JsonNode error = TestApi.error(response);
    assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").asString(null)).isEqualTo(param);
    assertThat(error.get("message").asString()).contains(message);
  }
}
