package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.content;
import static dev.nightjar.store.Samples.file;
import static dev.nightjar.store.Samples.files;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.sealAll;
import static dev.nightjar.store.Samples.validating;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.Retention.EndedUpload;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every Retention says about what is not needed any more. */
public abstract class RetentionContract {
  private static final FileId INPUT = new FileId("file-input");

  @TempDir protected Path directory;
  private Stores stores;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract Stores open(Path directory);

  @BeforeEach
  void openStore() {
    stores = open(directory);
  }

  @AfterEach
  void closeStore() {
    stores.close();
  }

  @Tag("K3")
  @Test
  void latestMomentIsThatOfTheLastCreationEndOrDeletion() {
    assertThat(stores.retention().latest()).isEmpty();
    stores.files().insertFile(file("file-a", NOW, NOW.plusSeconds(9)), content("file-a"));
    assertThat(stores.retention().latest()).contains(NOW);
    stores.files().deleteFile(PROJECT, new FileId("file-a"), NOW.plusSeconds(1));
    assertThat(stores.retention().latest()).contains(NOW.plusSeconds(1));
    Batch batch = validating(stores, "batch_a");

    Instant failed = NOW.plusSeconds(5);
    stores.batches().fail(batch.sequence(), List.of(), failed);

    assertThat(stores.retention().latest()).contains(failed);
  }

  // ---- files

  @Test
  void filesAreGoneFromTheInstantThatTheyAreDeletedOrExpire() {
    stores.files().insertFile(file("file-kept", NOW, null), content("file-kept"));
    stores.files().insertFile(file("file-deleted", NOW, null), content("file-deleted"));
    stores
        .files()
        .insertFile(file("file-expired", NOW, NOW.plusMillis(5)), content("file-expired"));
    stores.files().deleteFile(PROJECT, new FileId("file-deleted"), NOW);

    assertThat(stores.retention().goneFiles(NOW.minusMillis(1), 10)).isEmpty();
    assertThat(stores.retention().goneFiles(NOW, 10)).containsExactly(new FileId("file-deleted"));
    assertThat(stores.retention().goneFiles(NOW.plusMillis(5), 10)).hasSize(2);
    assertThat(stores.retention().goneFiles(NOW.plusMillis(5), 1)).hasSize(1);

    stores.retention().forgetFiles(List.of(new FileId("file-deleted")));
    stores.retention().forgetFiles(List.of(new FileId("file-deleted")));
    assertThat(stores.retention().goneFiles(NOW.plusMillis(5), 10))
        .containsExactly(new FileId("file-expired"));
    assertThat(stores.files().content(new FileId("file-deleted"))).isEmpty();
  }

  @Test
  void inputOfABatchIsNotGoneUntilTheBatchHasEnded() {
    stores.files().insertFile(file(INPUT.value(), NOW, null), content(INPUT.value()));
    stores.files().deleteFile(PROJECT, INPUT, NOW);

    Batch validating = validating(stores, "batch_1");
    assertThat(stores.retention().goneFiles(NOW, 10)).as("validating").isEmpty();
    stores.batches().fail(validating.sequence(), List.of(), NOW);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("failed").containsExactly(INPUT);

    Batch running = inProgress(stores, "batch_2", 1);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("in progress").isEmpty();
    stores.batches().cancel(PROJECT, running.id(), NOW);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("cancelling").isEmpty();
    sealAll(stores, running);
    stores.batches().finish(running.sequence(), files(running), NOW);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("cancelled").containsExactly(INPUT);

    Batch last = inProgress(stores, "batch_3", 1);
    sealAll(stores, last);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("finalizing").isEmpty();
    stores.batches().finish(last.sequence(), files(last), NOW);
    assertThat(stores.retention().goneFiles(NOW, 10)).as("completed").containsExactly(INPUT);
  }

  // ---- uploads

  @Test
  void uploadsEndWhenTheyAreCompletedOrCancelledOrExpire() {
    Upload completed = upload("upload_a");
    Upload cancelled = upload("upload_b");
    Upload expired = upload("upload_c");
    complete(completed, NOW.plusMillis(1));
    stores.uploads().cancelUpload(PROJECT, cancelled.id(), NOW.plusMillis(2));

    assertThat(ended(NOW)).isEmpty();
    assertThat(ended(NOW.plusMillis(2))).containsExactly(completed.id(), cancelled.id());
    assertThat(ended(expired.expiresAt().minusMillis(1))).hasSize(2);
    assertThat(ended(expired.expiresAt()))
        .containsExactly(completed.id(), cancelled.id(), expired.id());
    assertThat(stores.retention().endedUploads(expired.expiresAt(), 2)).hasSize(2);
  }

  @Test
  void partsThatAreInNoFileAreUnused() {
    Upload completed = upload("upload_a");
    complete(completed, NOW);
    Upload cancelled = upload("upload_b");
    stores.uploads().cancelUpload(PROJECT, cancelled.id(), NOW);

    assertThat(stores.retention().endedUploads(NOW, 10))
        .extracting(EndedUpload::file, EndedUpload::unusedParts)
        .containsExactly(
            tuple(completed.file(), List.of(new PartId("part_upload_a_2"))),
            tuple(
                cancelled.file(),
                List.of(new PartId("part_upload_b_1"), new PartId("part_upload_b_2"))));
  }

  @Test
  void forgottenUploadLeavesItsFile() {
    Upload upload = upload("upload_a");
    complete(upload, NOW);

    stores.retention().forgetUploads(List.of(upload.id()));
    stores.retention().forgetUploads(List.of(upload.id()));

    assertThat(stores.uploads().upload(PROJECT, upload.id())).isEmpty();
    assertThat(stores.uploads().parts(upload.id())).isEmpty();
    assertThat(stores.retention().endedUploads(NOW, 10)).isEmpty();
    assertThat(stores.files().file(PROJECT, upload.file(), NOW)).isPresent();
  }

  // ---- objects

  @Test
  void fileNeedsWhatItsManifestNamesAlsoWhenItIsHidden() {
    stores.files().insertFile(file(INPUT.value(), NOW, null), content(INPUT.value()));
    stores.files().deleteFile(PROJECT, INPUT, NOW);
    String other = ObjectKeys.part(INPUT, new PartId("part_x"));

    assertThat(stores.retention().needed(List.of("files/file-input", other, "files/file-none")))
        .containsExactly("files/file-input");

    stores.retention().forgetFiles(List.of(INPUT));
    assertThat(stores.retention().needed(List.of("files/file-input"))).isEmpty();
  }

  @Test
  void uploadNeedsAllPartsAndItsFileOnlyTheUsedOnes() {
    Upload upload = upload("upload_a");
    String used = ObjectKeys.part(upload.file(), new PartId("part_upload_a_1"));
    String unused = ObjectKeys.part(upload.file(), new PartId("part_upload_a_2"));
    String withoutRow = ObjectKeys.part(upload.file(), new PartId("part_coming"));
    var all = List.of(used, unused, withoutRow);

    assertThat(stores.retention().needed(all))
        .as("pending")
        .containsExactlyInAnyOrderElementsOf(all);
    complete(upload, NOW);
    assertThat(stores.retention().needed(all))
        .as("completed")
        .containsExactlyInAnyOrderElementsOf(all);
    stores.retention().forgetUploads(List.of(upload.id()));
    assertThat(stores.retention().needed(all)).as("forgotten").containsExactly(used);
    stores.retention().forgetFiles(List.of(upload.file()));
    assertThat(stores.retention().needed(all)).as("file forgotten, too").isEmpty();
  }

  @Test
  void batchNeedsEverythingUntilItEndsAndThenItsFiles() {
    Batch batch = validating(stores, "batch_1");
    String output = ObjectKeys.output(batch.id(), 0, 1);
    String error = ObjectKeys.error(batch.id(), 0, 1);
    String replaced = ObjectKeys.output(batch.id(), 0, 0);
    String spool = ObjectKeys.spool(batch.id(), 7, "abc-1");
    var all = List.of(output, error, replaced, spool);
    assertThat(stores.retention().needed(all)).as("validating").hasSize(4);

    batch = inProgress(stores, "batch_1", 1);
    assertThat(stores.retention().needed(all)).as("in progress").hasSize(4);
    sealAll(stores, batch);
    assertThat(stores.retention().needed(all)).as("finalizing").hasSize(4);
    stores.batches().finish(batch.sequence(), files(batch), NOW);
    assertThat(stores.retention().needed(all))
        .as("completed")
        .containsExactlyInAnyOrder(output, error);

    stores.retention().forgetFiles(List.of(files(batch).output()));
    assertThat(stores.retention().needed(all)).as("without its output").containsExactly(error);
    stores.retention().forgetFiles(List.of(files(batch).error()));
    assertThat(stores.retention().needed(all)).as("without its files").isEmpty();
    assertThat(
            stores
                .retention()
                .needed(List.of(ObjectKeys.spool(new BatchId("batch_2"), 7, "abc-1"))))
        .as("no such batch")
        .isEmpty();
  }

  @Test
  void whatNobodyKnowsIsNeeded() {
    var strange = List.of("other/x", "files/a/b", "batches/x", "spool", "batches/a-1-1.tmp");

    assertThat(stores.retention().needed(strange)).containsExactlyInAnyOrderElementsOf(strange);
  }

  private List<UploadId> ended(Instant by) {
    return stores.retention().endedUploads(by, 10).stream().map(EndedUpload::id).toList();
  }

  /** Pending, with two parts. */
  private Upload upload(String id) {
    var upload =
        new Upload(
            new UploadId(id),
            PROJECT,
            "in.jsonl",
            "batch",
            7,
            NOW,
            NOW.plusSeconds(3_600),
            new FileId("file-of-" + id),
            null,
            Upload.Status.PENDING,
            List.of());
    stores.uploads().createUpload(upload, 100);
    for (int i = 1; i <= 2; i++) {
      stores
          .uploads()
          .addPart(
              new UploadPart(new PartId("part_%s_%d".formatted(id, i)), upload.id(), 7, NOW),
              new PartLimits(10, 100, Long.MAX_VALUE),
              NOW);
    }
    return upload;
  }

  private void complete(Upload upload, Instant now) {
    var part = new PartId("part_" + upload.id() + "_1");
    var content = new Manifest(List.of(new Piece(ObjectKeys.part(upload.file(), part), 7)));
    var file = new StoredFile(upload.file(), 0, PROJECT, "in.jsonl", "batch", 7, now, null);
    stores
        .uploads()
        .completeUpload(upload.id(), new CompletedUpload(List.of(part), file, content), now);
  }
}
