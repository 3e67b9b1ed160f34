package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchError;
import dev.nightjar.RunningServer;
import dev.nightjar.file.Bytes;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Received;
import dev.nightjar.testing.ServerFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a file holds, it is refused or fails with what is wrong and where, or each of its lines
 * is sent as it is and comes back once. A good batch runs after each of them.
 */
@Tag("server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"m\",\"messages\":[]}";
  private static final int LINE_BYTES_MAX = 64 << 20;
  private static final String NOT_JSON = "This line is not parseable as valid JSON. Column %d: ";

  private Path folder = Path.of("");
  private ScriptedServer upstream;
  private RunningServer server;
  private OpenAIClient client;
  private int files;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    folder = directory;
    upstream =
        ScriptedServer.playing(peer -> {
          while (true) {
            boolean isCall = peer.readRequest().head().startsWith("POST");
            String json = isCall ? "{\"object\":\"chat.completion\"}" : "{\"data\":[]}";
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(json.length()));
            peer.send(json);
          }
        });
    String url = upstream.url("http", "/v1").toString();
    server = RunningServer.start(ServerFixture.settings(folder.resolve("data"), url, 16));
    client = ServerFixture.client(server.port());
  }

  @AfterAll
  void stop() throws IOException {
    client.close();
    server.stop();
    upstream.close();
  }

  @AfterEach
  void goodBatchRunsAfterIt() throws IOException {
    Batch good = run(utf8(line("\"good\"", BODY)));

    assertThat(good.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(good.requestCounts().orElseThrow().completed()).isEqualTo(1);
  }

  record Refused(String what, String file, String code, String message) {
    @Override
    public String toString() {
      return what;
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void fileThatIsNoJsonLinesIsRefusedAtUpload(Refused example) {
    var refusal = catchThrowableOfType(BadRequestException.class, () -> run(utf8(example.file())));

    assertThat(refusal.statusCode()).isEqualTo(400);
    assertThat(refusal.code()).contains(example.code());
    assertThat(refusal).hasMessageContaining("Must be .jsonl. " + example.message());
  }

  static Stream<Refused> refused() {
    String deep = "{\"a\":" + "[".repeat(10_000);
    String json = "invalid_json_line";
    return Stream.of(
        new Refused("no byte", "", "empty_file", "The file is empty: it has no requests."),
        new Refused(
            "blank lines", "\n \r\n\t\n", "empty_file", "The file is empty: it has no requests."),
        new Refused(
            "CSV",
            "id,text\n1,a\n",
            json,
            "Line 1: "
                + NOT_JSON.formatted(1)
                + "it must be a JSON object, beginning with '{', and begins with 'id,text'."),
        new Refused("an array", "[{}]", json, "The file is a JSON array: put each"),
        new Refused(
            "a NUL first",
            "\0{}",
            json,
            "Line 1: "
                + NOT_JSON.formatted(1)
                + "there is a NUL byte; the file was not written to its end"),
        new Refused("half an object", "{\"a\":", json, "Line 1: " + NOT_JSON.formatted(6)),
        new Refused("after a blank line", "\n{'a':1}\n", json, "Line 2: " + NOT_JSON.formatted(2)),
        new Refused("too deep", deep, json, "Line 1: This line is not parseable as valid JSON."));
  }

  /** {@code bad} is line 3 of a file whose other lines are good. */
  record Failing(String what, Bytes bad, String code, @Nullable String param, String message) {
    Failing(String what, String bad, String code, @Nullable String param, String message) {
      this(what, Bytes.utf8(bad), code, param, message);
    }

    @Override
    public String toString() {
      return what;
    }
  }

  @ParameterizedTest
  @MethodSource({"linesThatAreNoJson", "linesThatAreNoRequests"})
  void badLineFailsTheBatchAndIsNamed(Failing example) throws IOException {
    var file = new ByteArrayOutputStream();
    file.writeBytes(utf8(line("\"a\"", BODY) + "\n\n"));
    example.bad().writeTo(file);
    file.writeBytes(utf8("\n" + line("\"z\"", BODY) + "\n"));
    int before = calls().size();

    Batch batch = run(file.toByteArray());

    assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
    assertThat(batch.outputFileId()).isEmpty();
    assertThat(batch.errorFileId()).isEmpty();
    assertThat(batch.requestCounts().orElseThrow().total()).isZero();
    List<BatchError> errors = batch.errors().orElseThrow().data().orElseThrow();
    assertThat(errors).hasSize(1);
    BatchError error = errors.getFirst();
    assertThat(error.code()).contains(example.code());
    assertThat(error.param().orElse(null)).isEqualTo(example.param());
    assertThat(error.line()).contains(3L);
    assertThat(error.message().orElseThrow()).contains(example.message());
    assertThat(calls()).as("nothing was sent").hasSize(before);
  }

  static Stream<Failing> linesThatAreNoJson() {
    String good = line("\"x\"", BODY);
    int end = good.length();
    return Stream.of(
        notJson("words", Bytes.utf8("not json"), 1),
        notJson("a line broken in two", Bytes.utf8("{\"custom_id\":\"x\","), 18),
        notJson("more after the object", Bytes.utf8(good + " x"), end + 2),
        notJson("two objects in a line", Bytes.utf8(good + good), end + 1),
        notJson("a byte order mark", Bytes.utf8("\uFEFF" + good), 1),
        notJson("NUL bytes", Bytes.of(new byte[20]), 1),
        notJson("a NUL in a string", Bytes.utf8(good.replace("\"x\"", "\"\0\"")), 15),
        notJson("bytes that are not UTF-8", bytes(good, 14, 0xC0), 15),
        notJson("a surrogate as UTF-8", bytes(good, 14, 0xED, 0xA0, 0x80), 15),
        notJson("Latin-1", bytes(good, 14, 0xE4), 15),
        new Failing(
            "10,000 deep",
            nested(10_000),
            "invalid_json_line",
            null,
            "objects and arrays are nested more than 1,000 deep"),
        new Failing(
            "64 MiB and a byte",
            Bytes.utf8(good + " ".repeat(LINE_BYTES_MAX + 1 - end)),
            "line_too_long",
            null,
            "longer than the 67108864 bytes"));
  }

  private static Failing notJson(String what, Bytes line, int column) {
    return new Failing(what, line, "invalid_json_line", null, NOT_JSON.formatted(column));
  }

  static Stream<Failing> linesThatAreNoRequests() {
    String good = line("\"x\"", BODY);
    String missing = "missing_required_parameter";
    String streaming = line("\"x\"", "{\"model\":\"m\",\"messages\":[],\"stream\":true}");
    String duplicate = "'a' for this request is a duplicate of another request.";
    return Stream.of(
        new Failing(
            "no custom_id", good.replace("custom_id", "id"), missing, "custom_id", "Missing"),
        new Failing("an empty custom_id", line("\"\"", BODY), missing, "custom_id", "Missing"),
        new Failing("a number as custom_id", line("7", BODY), "invalid_type", "custom_id", "n 14."),
        new Failing("no body", good.replace("body", "Body"), missing, "body", "'body'"),
        new Failing(
            "a custom_id again", line("\"a\"", BODY), "duplicate_custom_id", "custom_id", "line 1"),
        new Failing(
            "the same custom_id, escaped",
            line("\"\\u0061\"", BODY),
            "duplicate_custom_id",
            "custom_id",
            duplicate),
        new Failing(
            "two custom_ids",
            line("\"x\",\"custom_id\":\"y\"", BODY),
            "duplicate_parameter",
            "custom_id",
            "'custom_id'. Column 30."),
        new Failing(
            "another url", good.replace(CHAT, "/v1/embeddings"), "invalid_url", "url", "endpoint"),
        new Failing(
            "another method", good.replace("POST", "GET"), "invalid_method", "method", "'GET'"),
        new Failing("streaming", streaming, "streaming_unsupported", "body.stream", "Streaming"),
        new Failing(
            "another model",
            line("\"x\"", "{\"model\":\"n\",\"messages\":[]}"),
            "mismatched_model",
            "body.model",
            "'n'"));
  }

  @Test
  void byteOrderMarkIsAProblemOfLine1() throws IOException {
    Batch batch = run(utf8("\uFEFF" + line("\"a\"", BODY)));

    BatchError error = batch.errors().orElseThrow().data().orElseThrow().getFirst();
    assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
    assertThat(error.code()).contains("invalid_json_line");
    assertThat(error.line()).contains(1L);
    assertThat(error.message().orElseThrow()).startsWith(NOT_JSON.formatted(1));
  }

  record Passing(String what, String customId, String body) {
    @Override
    public String toString() {
      return what;
    }
  }

  /** The line's own bytes reach the upstream, and its id comes back, escaped as it was. */
  @ParameterizedTest
  @MethodSource("passing")
  void oddButValidLinePassesByteForByte(Passing example) throws IOException {
    int before = calls().size();

    Batch batch = run(utf8(line(example.customId(), example.body()) + "\r\n"));

    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(calls().subList(before, calls().size()))
        .extracting(Received::body)
        .containsExactly(example.body());
    List<String> output = ServerFixture.lines(client, batch.outputFileId().orElseThrow());
    assertThat(output)
        .singleElement()
        .asString()
        .contains("\"custom_id\":" + example.customId() + ",");
  }

  static Stream<Passing> passing() {
    String digits = "9".repeat(10_000);
    return Stream.of(
        new Passing("plain", "\"a\"", BODY),
        new Passing("half a surrogate pair", "\"\\ud800\"", body("\"x\":\"\\udfff\"")),
        new Passing("an escaped NUL", "\"\\u0000\"", body("\"x\":\"\\u0000\"")),
        new Passing("any script", "\"grün 日本 💥\"", body("\"x\":\"ü💥\"")),
        new Passing("spaces", "\"a\"", "{ \"model\" :\t\"m\" , \"messages\" : [ ] }"),
        new Passing("keys that occur twice", "\"a\"", body("\"x\":1,\"x\":2,\"messages\":[1]")),
        new Passing("10,000 digits", "\"a\"", body("\"x\":" + digits + ",\"y\":-0." + digits)),
        new Passing("990 deep", "\"a\"", body("\"x\":" + "[".repeat(990) + "]".repeat(990))),
        new Passing("an unknown key of 10,000", "\"a\"", body("\"" + "k".repeat(10_000) + "\":0")),
        new Passing("a string of 1 MB", "\"a\"", body("\"x\":\"" + "t".repeat(1_000_000) + "\"")));
  }

  @Test
  void blankLinesCarriageReturnsAndAMissingLastNewlineLoseNothing() throws IOException {
    Batch batch = run(utf8("\r\n" + line("\"a\"", BODY) + "\r\n \t\r\n\n" + line("\"b\"", BODY)));

    assertThat(batch.requestCounts().orElseThrow().total()).isEqualTo(2);
    assertThat(
            ServerFixture.customIds(
                ServerFixture.lines(client, batch.outputFileId().orElseThrow()).stream()))
        .containsExactly("a", "b");
  }

  private List<Received> calls() {
    return upstream.received().stream()
        .filter(request -> request.head().startsWith("POST"))
        .toList();
  }

  /** Uploads a file, makes a batch of it and waits for its end. */
  private Batch run(byte[] bytes) throws IOException {
    Path file = folder.resolve("in-%d.jsonl".formatted(files++));
    Files.write(file, bytes);
    return ServerFixture.await(client, ServerFixture.create(client, CHAT, file).id());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String line(String customId, String body) {
    return "{\"custom_id\":%s,\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(customId, CHAT, body);
  }

  private static String body(String more) {
    return "{\"model\":\"m\",\"messages\":[]," + more + "}";
  }

  private static String nested(int depth) {
    return line("\"x\"", body("\"x\":" + "[".repeat(depth) + "]".repeat(depth)));
  }

  /** The line with some bytes instead of the one at an index. */
  private static Bytes bytes(String line, int index, int... instead) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(utf8(line.substring(0, index)));
    for (int b : instead) {
      out.write(b);
    }
    out.writeBytes(utf8(line.substring(index + 1)));
    return Bytes.of(out.toByteArray());
  }
}
