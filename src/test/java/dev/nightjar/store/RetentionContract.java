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
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.store.Retention.EndedUpload;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.NewPart;
import dev.nightjar.store.UploadStore.PartLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every Retention says about what is not needed any more. */
public abstract class RetentionContract extends StoresContract {
  private static final FileId INPUT = new FileId("file-input");

  @Tag("K3")
  @Test
  void latestMomentIsThatOfTheLastCreationEndOrDeletion() {
    assertThat(stores.retention().latest()).isEmpty();
    stores.files().insertFile(file("file-a", Duration.ofSeconds(9)), content("file-a"));
    assertThat(stores.retention().latest()).contains(NOW);
    at(NOW.plusSeconds(1)).files().deleteFile(PROJECT, new FileId("file-a"));
    assertThat(stores.retention().latest()).contains(NOW.plusSeconds(1));
    Batch batch = validating(stores, "batch_a");

    Instant failed = NOW.plusSeconds(5);
    at(failed).batches().fail(batch.sequence(), List.of());

    assertThat(stores.retention().latest()).contains(failed);
  }

  // ---- files

  @Test
  void filesAreGoneFromTheInstantThatTheyAreDeletedOrExpire() {
    stores.files().insertFile(file("file-kept"), content("file-kept"));
    stores.files().insertFile(file("file-deleted"), content("file-deleted"));
    stores.files().insertFile(file("file-expired", Duration.ofMillis(5)), content("file-expired"));
    at(NOW).files().deleteFile(PROJECT, new FileId("file-deleted"));

    assertThat(gone(NOW.minusMillis(1))).isEmpty();
    assertThat(gone(NOW)).containsExactly(new FileId("file-deleted"));
    assertThat(gone(NOW.plusMillis(5))).hasSize(2);
    assertThat(stores.retention().goneFiles(Duration.ofMillis(5), 10)).hasSize(1);
    assertThat(stores.retention().goneFiles(Duration.ofMillis(6), 10)).isEmpty();
    assertThat(stores.retention().goneFiles(Duration.ZERO, 1)).hasSize(1);

    stores.retention().forgetFiles(List.of(new FileId("file-deleted")));
    stores.retention().forgetFiles(List.of(new FileId("file-deleted")));
    assertThat(gone(NOW.plusMillis(5))).containsExactly(new FileId("file-expired"));
    assertThat(stores.files().content(new FileId("file-deleted"))).isEmpty();
  }

  @Test
  void inputOfABatchIsNotGoneUntilTheBatchHasEnded() {
    stores.files().insertFile(file(INPUT.value()), content(INPUT.value()));
    at(NOW).files().deleteFile(PROJECT, INPUT);

    Batch validating = validating(stores, "batch_1");
    assertThat(gone(NOW)).as("validating").isEmpty();
    at(NOW).batches().fail(validating.sequence(), List.of());
    assertThat(gone(NOW)).as("failed").containsExactly(INPUT);

    Batch running = inProgress(stores, "batch_2", 1);
    assertThat(gone(NOW)).as("in progress").isEmpty();
    at(NOW).batches().cancel(PROJECT, running.id());
    assertThat(gone(NOW)).as("cancelling").isEmpty();
    sealAll(stores, running);
    at(NOW).batches().finish(running.sequence(), files(running));
    assertThat(gone(NOW)).as("cancelled").containsExactly(INPUT);

    Batch last = inProgress(stores, "batch_3", 1);
    sealAll(stores, last);
    assertThat(gone(NOW)).as("finalizing").isEmpty();
    at(NOW).batches().finish(last.sequence(), files(last));
    assertThat(gone(NOW)).as("completed").containsExactly(INPUT);
  }

  // ---- uploads

  @Test
  void uploadsEndWhenTheyAreCompletedOrCancelledOrExpire() {
    Upload completed = upload("upload_a");
    Upload cancelled = upload("upload_b");
    Upload expired = upload("upload_c");
    complete(completed, NOW.plusMillis(1));
    at(NOW.plusMillis(2)).uploads().cancelUpload(PROJECT, cancelled.id());

    assertThat(ended(NOW)).isEmpty();
    assertThat(ended(NOW.plusMillis(2))).containsExactly(completed.id(), cancelled.id());
    assertThat(ended(expired.expiresAt().minusMillis(1))).hasSize(2);
    assertThat(ended(expired.expiresAt()))
        .containsExactly(completed.id(), cancelled.id(), expired.id());
    assertThat(stores.retention().endedUploads(Duration.ZERO, 2)).hasSize(2);
  }

  @Test
  void partsThatAreInNoFileAreUnused() {
    Upload completed = upload("upload_a");
    complete(completed, NOW);
    Upload cancelled = upload("upload_b");
    at(NOW).uploads().cancelUpload(PROJECT, cancelled.id());

    assertThat(stores.retention().endedUploads(Duration.ZERO, 10))
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
    assertThat(stores.retention().endedUploads(Duration.ZERO, 10)).isEmpty();
    assertThat(at(NOW).files().file(PROJECT, upload.file())).isPresent();
  }

  // ---- objects

  @Test
  void fileNeedsWhatItsManifestNamesAlsoWhenItIsHidden() {
    stores.files().insertFile(file(INPUT.value()), content(INPUT.value()));
    at(NOW).files().deleteFile(PROJECT, INPUT);
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
    at(NOW).batches().finish(batch.sequence(), files(batch));
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

  private List<FileId> gone(Instant by) {
    return at(by).retention().goneFiles(Duration.ZERO, 10);
  }

  private List<UploadId> ended(Instant by) {
    return at(by).retention().endedUploads(Duration.ZERO, 10).stream()
        .map(EndedUpload::id)
        .toList();
  }

  /** Pending, with two parts. */
  private Upload upload(String id) {
    Upload upload = at(NOW).uploads().createUpload(Samples.upload(id), 100).orElseThrow();
    for (int i = 1; i <= 2; i++) {
      var part = new NewPart(new PartId("part_%s_%d".formatted(id, i)), upload.id(), 7);
      stores.uploads().addPart(part, new PartLimits(10, 100, Long.MAX_VALUE));
    }
    return upload;
  }

  private void complete(Upload upload, Instant now) {
    var part = new PartId("part_" + upload.id() + "_1");
    var content = new Manifest(List.of(new Piece(ObjectKeys.part(upload.file(), part), 7)));
    var completed = new CompletedUpload(List.of(part), content);
    at(now).uploads().completeUpload(upload.id(), completed);
  }
}
