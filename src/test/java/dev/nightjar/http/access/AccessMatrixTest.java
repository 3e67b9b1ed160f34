package dev.nightjar.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kind of key, at each verb of each object of another key of its project, or of a stranger.
 */
@Tag("server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessMatrixTest {
  private static final String OWNER = "owner";

  private TestApi api;
  private final Map<Who, String> keys = new EnumMap<>(Who.class);
  private String owner = "";

  /** Who asks for what belongs to the project {@link #OWNER}. */
  enum Who {
    READER,
    WRITER,
    ADMIN,
    ADMIN_OF_ANOTHER_PROJECT_WITH_HEADER,
    STRANGER,
    STRANGER_WITH_HEADER,
    REVOKED,
    MADE_UP,
    NOBODY;

    boolean isKnown() {
      return compareTo(REVOKED) < 0;
    }

    boolean hasHeader() {
      return this == ADMIN_OF_ANOTHER_PROJECT_WITH_HEADER || this == STRANGER_WITH_HEADER;
    }
  }

  /** What is asked; {@code ID} is the object's. */
  enum Verb {
    LIST_FILES("GET", "/files", Thing.NONE),
    CREATE_FILE("POST", "/files", Thing.NONE),
    GET_FILE("GET", "/files/ID", Thing.FILE),
    GET_CONTENT("GET", "/files/ID/content", Thing.FILE),
    HEAD_CONTENT("HEAD", "/files/ID/content", Thing.FILE),
    DELETE_FILE("DELETE", "/files/ID", Thing.FILE),
    FILES_AFTER("GET", "/files?after=ID", Thing.FILE),
    CREATE_UPLOAD("POST", "/uploads", Thing.NONE),
    GET_UPLOAD("GET", "/uploads/ID", Thing.UPLOAD),
    ADD_PART("POST", "/uploads/ID/parts", Thing.UPLOAD),
    COMPLETE_UPLOAD("POST", "/uploads/ID/complete", Thing.UPLOAD),
    CANCEL_UPLOAD("POST", "/uploads/ID/cancel", Thing.UPLOAD),
    LIST_BATCHES("GET", "/batches", Thing.NONE),
    CREATE_BATCH("POST", "/batches", Thing.NONE),
    GET_BATCH("GET", "/batches/ID", Thing.BATCH),
    CANCEL_BATCH("POST", "/batches/ID/cancel", Thing.BATCH),
    BATCHES_AFTER("GET", "/batches?after=ID", Thing.BATCH),
    LIST_EVENT_TYPES("GET", "/webhook_event_types", Thing.NONE),
    LIST_MODELS("GET", "/models", Thing.NONE),
    GET_MODEL("GET", "/models/org/model", Thing.NONE);

    final String method;
    final String path;
    final Thing thing;

    Verb(String method, String path, Thing thing) {
      this.method = method;
      this.path = path;
      this.thing = thing;
    }

    boolean isReading() {
      return !method.equals("POST") && !method.equals("DELETE");
    }
  }

  enum Thing {
    NONE,
    FILE,
    UPLOAD,
    BATCH
  }

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    api = new TestApi(directory);
    owner = api.createKey(OWNER, Scope.WRITE, null);
    keys.put(Who.READER, api.createKey(OWNER, Scope.READ, null));
    keys.put(Who.WRITER, api.createKey(OWNER, Scope.WRITE, null));
    keys.put(Who.ADMIN, api.createKey(OWNER, Scope.ADMIN, null));
    keys.put(Who.ADMIN_OF_ANOTHER_PROJECT_WITH_HEADER, api.createKey("other", Scope.ADMIN, null));
    keys.put(Who.STRANGER, api.createKey("other", Scope.WRITE, null));
    keys.put(Who.STRANGER_WITH_HEADER, api.createKey("other", Scope.WRITE, null));
    String revoked = api.createKey(OWNER, Scope.ADMIN, null);
    api.revoke(revoked);
    keys.put(Who.REVOKED, revoked);
    keys.put(Who.MADE_UP, owner.substring(0, owner.length() - 2) + "__");
    keys.put(Who.NOBODY, "");
  }

  @AfterAll
  void stop() {
    api.close();
  }

  static Stream<Arguments> all() {
    return Arrays.stream(Verb.values())
        .flatMap(verb -> Arrays.stream(Who.values()).map(who -> Arguments.of(verb, who)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void keyMayDoWhatItsScopeAndProjectSay(Verb verb, Who who) throws Exception {
    api.key.set(owner);
    String id = make(verb.thing);

    for (String base : new String[] {"/v1", ""}) {
      HttpResponse<byte[]> answer = ask(verb, who, base, id);

      assertThat(answer.statusCode()).as(text(answer)).isEqualTo(expected(verb, who));
      if (answer.statusCode() == 401) {
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
      }
      if (answer.statusCode() == 403) {
        assertThat(TestApi.error(answer).get("code").asString())
            .isEqualTo("insufficient_permissions");
      }
      if (answer.statusCode() == 404) {
        HttpResponse<byte[]> unknown =
            ask(verb, who, base, id.substring(0, id.length() - 2) + "00");
        assertThat(anonymous(answer)).isEqualTo(anonymous(unknown));
        assertThat(answer.headers().map().keySet()).isEqualTo(unknown.headers().map().keySet());
      }
      if (verb.path.endsWith("s") && who == Who.STRANGER && verb.isReading()) {
        assertThat(text(answer)).doesNotContain("_owner_");
      }
      api.key.set(owner);
      assertThat(isThere(verb.thing, id))
          .as("only who may change it does")
          .isEqualTo(answer.statusCode() != 200 || !changes(verb));
      id = make(verb.thing);
    }
  }

  private static int expected(Verb verb, Who who) {
    if (!who.isKnown() || who == Who.STRANGER_WITH_HEADER) {
      return 401;
    }
    if (who == Who.READER && !verb.isReading()) {
      return 403;
    }
    return who == Who.STRANGER && verb.thing != Thing.NONE ? 404 : 200;
  }

  private static boolean changes(Verb verb) {
    return switch (verb) {
      case DELETE_FILE, COMPLETE_UPLOAD, CANCEL_UPLOAD, CANCEL_BATCH -> true;
      default -> false;
    };
  }

  /** Whether it is as it was made. */
  private boolean isThere(Thing thing, String id) throws Exception {
    return switch (thing) {
      case NONE -> true;
      case FILE -> api.get("/v1/files/" + id).statusCode() == 200;
      case UPLOAD -> isIn(api.get("/v1/uploads/" + id), "pending");
      case BATCH -> isIn(api.get("/v1/batches/" + id), "validating");
    };
  }

  private static boolean isIn(HttpResponse<byte[]> answer, String status) {
    return TestApi.json(answer).get("status").asString().equals(status);
  }

  private HttpResponse<byte[]> ask(Verb verb, Who who, String base, String id) throws Exception {
    api.key.set(keys.getOrDefault(who, ""));
    HttpRequest.Builder request = api.request(base + verb.path.replace("ID", id));
    if (who.hasHeader()) {
      request.header("OpenAI-Project", OWNER);
    }
    boolean isForm = verb == Verb.CREATE_FILE || verb == Verb.ADD_PART;
    String type = isForm ? "multipart/form-data; boundary=" + TestApi.BOUNDARY : "application/json";
    return api.send(request.header("Content-Type", type).method(verb.method, body(verb)));
  }

  private static BodyPublisher body(Verb verb) {
    return switch (verb) {
      case CREATE_FILE -> BodyPublishers.ofString(form("file", TestApi.LINE));
      case ADD_PART -> BodyPublishers.ofString(form("data", ""));
      case CREATE_UPLOAD ->
          BodyPublishers.ofString(
              """
              {"filename": "a.jsonl", "purpose": "user_data", "bytes": 0, "mime_type": "text/plain"}
              """);
      case COMPLETE_UPLOAD -> BodyPublishers.ofString("{\"part_ids\": []}");
      case CREATE_BATCH ->
          BodyPublishers.ofString(
              """
              {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"}
              """);
      default -> BodyPublishers.noBody();
    };
  }

  private static String form(String name, String content) {
    return TestApi.form(
        TestApi.field("purpose", "batch"),
        TestApi.part(
            "Content-Disposition: form-data; name=\"%s\"; filename=\"a.jsonl\"".formatted(name),
            content));
  }

  /** Makes one of the owner's. */
  private String make(Thing thing) throws Exception {
    return switch (thing) {
      case NONE -> "";
      case FILE -> api.upload("batch", "_owner_.jsonl", TestApi.LINE);
      case UPLOAD ->
          TestApi.json(
                  api.post(
                      "/v1/uploads",
                      """
                      {"filename": "_owner_", "purpose": "user_data", "bytes": 0, "mime_type": "x"}
                      """))
              .get("id")
              .asString();
      case BATCH -> api.createBatch();
    };
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Without the id that was asked for. */
  private static String anonymous(HttpResponse<byte[]> answer) {
    return text(answer).replaceAll("(file-|upload_|batch_)[0-9A-Za-z]+", "ID");
  }
}
