package dev.nightjar.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.file.DefaultLife;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.Sweeper;
import dev.nightjar.testing.TestApi;
import dev.nightjar.testing.TestClocks;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
class StorageQuotaTest {
  private static final int BYTES_MAX = 1_000;

  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api =
        new TestApi(
            directory, new ApiLimits(16L << 30, 1_000, Set.of(), DefaultLife.OPENAI, BYTES_MAX));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aFileThatFillsTheQuotaIsTakenAndOneByteMoreIsNot() throws Exception {
    assertThat(upload(600).statusCode()).isEqualTo(200);

    assertRefused(upload(401), 600, 401);
    assertThat(upload(400).statusCode()).isEqualTo(200);
    assertRefused(upload(2), 1_000, 2);
    assertThat(objects()).as("what was refused leaves nothing").isEqualTo(2);
  }

  @Test
  void aFileWhoseLengthIsNotSaidIsRefusedWhereItPassesTheQuota() throws Exception {
    byte[] form = form("file", 10_000).getBytes(StandardCharsets.UTF_8);

    HttpResponse<byte[]> refused =
        api.postForm(BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(List.of(form))));

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(objects()).isZero();
  }

  @Test
  void aFileMuchTooLongIsRefusedBeforeItIsRead() throws Exception {
    assertRefused(upload(6 << 20), 0, -1);
    assertThat(objects()).isZero();
  }

  @Test
  @Tag("K4")
  void deletedAndExpiredFilesMakeRoomWhenTheirBytesAreGone() throws Exception {
    String deleted = id(upload(600));
    assertRefused(upload(600), 600, 600);
    api.send(api.request("/v1/files/" + deleted).DELETE());
    assertRefused(upload(600), 600, 600);
    sweepAfter(Duration.ofHours(1));
    assertThat(upload(600).statusCode()).isEqualTo(200);

    sweepAfter(Duration.ofDays(31));

    assertThat(upload(600).statusCode()).isEqualTo(200);
  }

  private void sweepAfter(Duration time) throws IOException {
    api.now.updateAndGet(now -> now.plus(time));
    new Sweeper(api.stores, api.objects, TestClocks.settled(api.now::get)).sweepAll();
  }

  @Test
  void partsCountWhileTheirUploadIsPendingAndOnceAsItsFile() throws Exception {
    String upload = createUpload(700);
    String part = id(addPart(upload, 700));
    assertRefused(upload(400), 700, 400);
    assertRefused(addPart(upload, 301), 700, 301);
    assertThat(addPart(upload, 100).statusCode()).isEqualTo(200);

    HttpResponse<byte[]> completed =
        api.post("/v1/uploads/" + upload + "/complete", "{\"part_ids\": [\"" + part + "\"]}");

    assertThat(completed.statusCode()).isEqualTo(200);
    assertThat(api.stores.files().storedBytes("default"))
        .as("with the part in no file")
        .isEqualTo(800);
    assertRefused(upload(301), 800, 301);
    sweepAfter(Duration.ofHours(1));
    assertThat(api.stores.files().storedBytes("default")).isEqualTo(700);
    assertThat(upload(300).statusCode()).isEqualTo(200);
  }

  @Test
  @Tag("K4")
  void partBeyondItsUploadIsRefusedAtOnceAndLeavesNothing() throws Exception {
    String upload = createUpload(100);

    assertBeyondUpload(addPart(upload, 301));
    for (int i = 0; i < 3; i++) { // As a client whose answers are lost.
      assertThat(addPart(upload, 100).statusCode()).isEqualTo(200);
    }
    assertBeyondUpload(addPart(upload, 2));

    assertThat(objects()).isEqualTo(3);
  }

  private static void assertBeyondUpload(HttpResponse<byte[]> refused) {
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(refused).get("param").asString()).isEqualTo("data");
    assertThat(TestApi.error(refused).get("message").asString()).contains("created for 100 bytes");
  }

  @Test
  @Tag("K4")
  void partThatIsRefusedLeavesNothing() throws Exception {
    String upload = createUpload(700);
    addPart(upload, 700);

    assertRefused(addPart(upload, 301), 700, 301);

    assertThat(objects()).isEqualTo(1);
  }

  @Test
  @Tag("K4")
  void partsOfUploadsThatEndedMakeRoomWhenTheirBytesAreGone() throws Exception {
    String cancelled = createUpload(700);
    addPart(cancelled, 700);
    api.post("/v1/uploads/" + cancelled + "/cancel", "");
    assertRefused(upload(400), 700, 400);
    sweepAfter(Duration.ofHours(1));
    addPart(createUpload(700), 700);
    assertRefused(upload(400), 700, 400);

    sweepAfter(Duration.ofHours(2));

    assertThat(upload(400).statusCode()).isEqualTo(200);
  }

  @Test
  void projectsHaveARoomOfTheirOwn() throws Exception {
    api.key.set(api.createKey("a", Scope.WRITE, null));
    assertThat(upload(1_000).statusCode()).isEqualTo(200);

    api.key.set(api.createKey("b", Scope.WRITE, null));

    assertThat(upload(1_000).statusCode()).isEqualTo(200);
    assertRefused(upload(2), 1_000, 2);
  }

  @Test
  void uploadsAtTheSameTimeNeverPassTheQuotaTogether() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var uploads = new ArrayList<Callable<Integer>>();
      for (int i = 0; i < 12; i++) {
        uploads.add(() -> upload(300).statusCode());
      }
      var statuses = new ArrayList<Integer>();
      for (var answer : threads.invokeAll(uploads)) {
        statuses.add(answer.get());
      }

      assertThat(statuses).containsOnly(200, 403);
      assertThat(statuses).filteredOn(status -> status == 200).hasSize(3);
      assertThat(objects()).isEqualTo(3);
    }
  }

  private static void assertRefused(HttpResponse<byte[]> answer, long used, long needed) {
    assertThat(answer.statusCode()).isEqualTo(403);
    var error = TestApi.error(answer);
    assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(error.get("code").asString()).isEqualTo("storage_quota_exceeded");
    assertThat(error.get("message").asString())
        .contains("stores %d bytes of the %d that it may".formatted(used, BYTES_MAX))
        .contains(needed < 0 ? "" : "this needs %d.".formatted(needed));
  }

  private long objects() throws IOException {
    try (Stream<Path> tree = Files.walk(directory.resolve("objects"))) {
      return tree.filter(Files::isRegularFile).count();
    }
  }

  private HttpResponse<byte[]> upload(int bytes) throws Exception {
    return api.postForm(form("file", bytes));
  }

  private static String form(String name, int bytes) {
    return TestApi.form(
        TestApi.field("purpose", "batch"),
        TestApi.part(
            "Content-Disposition: form-data; name=\"%s\"; filename=\"a.jsonl\"".formatted(name),
            "{" + " ".repeat(bytes - 2) + "}"));
  }

  private String createUpload(int bytes) throws Exception {
    return id(
        api.post(
            "/v1/uploads",
            """
            {"filename": "a", "purpose": "user_data", "bytes": %d, "mime_type": "text/plain"}
            """
                .formatted(bytes)));
  }

  private HttpResponse<byte[]> addPart(String upload, int bytes) throws Exception {
    BodyPublisher body = BodyPublishers.ofString(form("data", bytes));
    return api.send(
        api.request("/v1/uploads/" + upload + "/parts")
            .header("Content-Type", "multipart/form-data; boundary=" + TestApi.BOUNDARY)
            .POST(body));
  }

  private static String id(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return TestApi.json(answer).get("id").asString();
  }
}
