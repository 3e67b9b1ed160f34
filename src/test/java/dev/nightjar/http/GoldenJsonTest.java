package dev.nightjar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.batches.BatchView;
import dev.nightjar.api.files.UploadView;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Stamps;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.Upload.Status;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The exact JSON of files and batches. A changed golden file is a changed API. */
class GoldenJsonTest {
  private static final Instant CREATED = Instant.ofEpochSecond(1_760_000_000);

  @Test
  void fileWithAndWithoutExpiry() throws IOException {
    assertGolden("file.json", FileJson.of(file("batch", CREATED.plusSeconds(2_592_000))));
    assertGolden("file-kept.json", FileJson.of(file("user_data", null)));
  }

  @Test
  void purposeThatClientsDoNotKnowIsShownAsOneTheyDo() {
    JsonNode file = FileJson.of(file("evals", null));

    assertThat(file.get("purpose").asString()).isEqualTo("user_data");
  }

  @Test
  void newBatchHasAllKeys() throws IOException {
    Batch batch = batch(BatchStatus.VALIDATING, stamps(null, null), List.of());

    assertGolden(
        "batch-new.json", BatchJson.of(new BatchView(batch, batch.counts(), batch.usage(), null)));
  }

  @Test
  void failedBatchListsItsErrors() throws IOException {
    Batch batch =
        batch(
            BatchStatus.FAILED,
            stamps(null, CREATED.plusSeconds(3)),
            List.of(
                new BatchError("invalid_json_line", "This line is not valid.", null, 7L),
                new BatchError("invalid_request", "Cannot find file.", "file_id", null)));

    assertGolden(
        "batch-failed.json",
        BatchJson.of(new BatchView(batch, batch.counts(), batch.usage(), null)));
  }

  @Test
  void runningBatchShowsFiguresAndReason() throws IOException {
    Batch batch = batch(BatchStatus.IN_PROGRESS, stamps(CREATED.plusSeconds(5), null), List.of());

    assertGolden(
        "batch-waiting.json",
        BatchJson.of(
            new BatchView(
                batch,
                new RequestCounts(10_000, 9_872, 128),
                new Usage(31_493_594, 24_045_184, 19_786_241, 18_373_824),
                "upstream 'local' does not answer")));
  }

  @Test
  void completedBatchHasModelFilesAndMetadata() throws IOException {
    var stamps =
        new Stamps(
            CREATED,
            CREATED.plusSeconds(86_400),
            CREATED.plusSeconds(5),
            CREATED.plusSeconds(60),
            CREATED.plusSeconds(61),
            null,
            null,
            null,
            null);
    var counts = new RequestCounts(2, 1, 1);
    var usage = new Usage(3, 0, 4, 0);
    var batch =
        new Batch(
            new BatchId("batch_0123456789abcdef0123456789abcdef"),
            1,
            "default",
            "/v1/chat/completions",
            "llama-3",
            null,
            new FileId("file-input"),
            "24h",
            BatchStatus.COMPLETED,
            null,
            stamps,
            counts,
            usage,
            List.of(),
            0,
            new FileId("file-output"),
            new FileId("file-errors"),
            Map.of("team", "search", "job", "42"),
            null,
            64L);

    assertGolden("batch-completed.json", BatchJson.of(new BatchView(batch, counts, usage, null)));
  }

  private static Upload upload(UploadId id, Status status) {
    return new Upload(
        id,
        "default",
        "in.jsonl",
        "batch",
        140,
        CREATED,
        CREATED.plusSeconds(3_600),
        new FileId("file-abc"),
        null,
        status,
        List.of());
  }

  @Test
  void uploadBeforeAndAfterItIsCompletedAndItsPart() throws IOException {
    var id = new UploadId("upload_0123456789abcdef0123456789abcdef");
    Upload pending = upload(id, Status.PENDING);
    Upload completed = upload(id, Status.COMPLETED);
    var part =
        new UploadPart(new PartId("part_0123456789abcdef0123456789abcdef"), id, 140, CREATED);

    assertGolden("upload-pending.json", UploadJson.of(new UploadView(pending, null)));
    assertGolden(
        "upload-completed.json", UploadJson.of(new UploadView(completed, file("batch", null))));
    assertGolden("upload-part.json", UploadJson.of(part));
  }

  private static StoredFile file(String purpose, @Nullable Instant expiresAt) {
    return new StoredFile(
        new FileId("file-abc"), 1, "default", "in.jsonl", purpose, 140, CREATED, expiresAt);
  }

  private static Stamps stamps(@Nullable Instant inProgressAt, @Nullable Instant failedAt) {
    return new Stamps(
        CREATED, CREATED.plusSeconds(86_400), inProgressAt, null, null, failedAt, null, null, null);
  }

  private static Batch batch(BatchStatus status, Stamps stamps, List<BatchError> errors) {
    return new Batch(
        new BatchId("batch_0123456789abcdef0123456789abcdef"),
        1,
        "default",
        "/v1/chat/completions",
        null,
        null,
        new FileId("file-input"),
        "24h",
        status,
        null,
        stamps,
        RequestCounts.NONE,
        Usage.NONE,
        errors,
        errors.size(),
        null,
        null,
        Map.of(),
        null,
        null);
  }

  private static void assertGolden(String name, JsonNode actual) throws IOException {
    try (var golden = Objects.requireNonNull(GoldenJsonTest.class.getResourceAsStream(name))) {
      JsonNode expected = JsonMapper.shared().readTree(golden);
      assertThat(actual.toString()).isEqualTo(expected.toString());
    }
  }
}
