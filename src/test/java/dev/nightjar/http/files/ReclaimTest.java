package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.BOUNDARY;
import static dev.nightjar.testing.TestApi.LINE;
import static dev.nightjar.testing.TestApi.form;
import static dev.nightjar.testing.TestApi.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.Sweeper;
import dev.nightjar.testing.TestApi;
import dev.nightjar.testing.TestClocks;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted, cancelled, refused or left over gives its space back after an hour. */
@Tag("server")
class ReclaimTest {
  /** More than all the rows and the database's log of writes together. */
  private static final String CONTENT = LINE.repeat(500_000);

  private static final long ROWS_BYTES_MAX = CONTENT.length() / 2;
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path directory;
  private TestApi api;
  private Sweeper sweeper;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
    api.now.set(Instant.now()); // Objects carry the system's time.
    sweeper = new Sweeper(api.stores, api.objects, TestClocks.settled(api.now::get));
  }

  @AfterEach
  void stop() {
    sweeper.close();
    api.close();
  }

  @Test
  void anHourAfterDeletionTheDirectoryIsBackToItsSize() throws Exception {
    String kept = api.upload("batch", "kept.jsonl", LINE);
    long before = bytes();

    String whole = api.upload("batch", "a.jsonl", CONTENT);
    String inParts = completed();
    cancelled();
    expired();
    assertThat(bytes()).isGreaterThan(before + 5L * CONTENT.length());
    for (String file : new String[] {whole, inParts}) {
      api.send(api.request("/v1/files/" + file).DELETE());
    }
    api.now.set(api.now.get().plus(HOUR).minusMillis(1));
    sweeper.sweep();
    assertThat(api.objects.list("")).as("while downloads may be running").hasSize(7);

    // The upload that was left alone expires an hour after its creation, and stays an hour then.
    api.now.set(api.now.get().plus(HOUR).plusMillis(1));
    sweeper.sweep();

    assertThat(api.objects.list("")).extracting("key").containsExactly("files/" + kept);
    assertThat(bytes()).isLessThan(before + ROWS_BYTES_MAX);
    assertThat(api.get("/v1/files/" + kept + "/content").body()).hasSize(LINE.length());
  }

  @Test
  void aDownloadThatBeganBeforeTheDeletionHasAnHourToEnd() throws Exception {
    String file = completed();
    var content = api.services.files().content("default", file);
    try (var reader = api.services.files().open(content)) {
      api.send(api.request("/v1/files/" + file).DELETE());
      api.now.set(api.now.get().plus(HOUR).minusMillis(1));

      sweeper.sweep();

      assertThat(reader.read(CONTENT.length() - 9, 18)).hasSize(18);
    }
  }

  /** A file of two parts, of an upload with a third one that is in no file. */
  private String completed() throws Exception {
    String upload = create(2L * CONTENT.length());
    String first = add(upload);
    String second = add(upload);
    add(upload);
    HttpResponse<byte[]> response =
        api.post(
            "/v1/uploads/" + upload + "/complete",
            "{\"part_ids\": [\"%s\", \"%s\"]}".formatted(first, second));
    return TestApi.json(response).at("/file/id").asString();
  }

  private void cancelled() throws Exception {
    String upload = create(CONTENT.length());
    add(upload);
    api.send(api.request("/v1/uploads/" + upload + "/cancel").POST(BodyPublishers.noBody()));
  }

  private void expired() throws Exception {
    add(create(CONTENT.length()));
  }

  private String create(long bytes) throws Exception {
    String json =
        """
        {"filename": "a.jsonl", "purpose": "batch", "bytes": %d, "mime_type": "text/plain"}
        """
            .formatted(bytes);
    return TestApi.json(api.post("/v1/uploads", json)).get("id").asString();
  }

  private String add(String upload) throws Exception {
    String form = form(part("Content-Disposition: form-data; name=\"data\"", CONTENT));
    HttpResponse<byte[]> response =
        api.send(
            api.request("/v1/uploads/" + upload + "/parts")
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofString(form)));
    assertThat(response.statusCode()).isEqualTo(200);
    return TestApi.json(response).get("id").asString();
  }

  private long bytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(path);
      }
    }
    return bytes;
  }
}
