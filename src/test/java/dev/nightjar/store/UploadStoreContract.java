package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.Upload.Status;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.UploadStore.PartOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every UploadStore does with uploads in parts. */
public abstract class UploadStoreContract {
  private static final Instant LAST = NOW.plus(Duration.ofHours(1)).minusMillis(1);
  private static final Instant EXPIRED = NOW.plus(Duration.ofHours(1));
  private static final int OPEN_MAX = 2;
  private static final int PARTS_MAX = 3;

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

  @Test
  void createdUploadIsFoundAsItWasAlsoAfterAReopen() {
    Upload upload = create("upload_a");

    stores.close();
    stores = open(directory);

    assertThat(stores.uploads().upload(PROJECT, upload.id())).contains(upload);
    assertThat(stores.uploads().upload("other", upload.id())).isEmpty();
    assertThat(stores.uploads().upload(PROJECT, new UploadId("upload_b"))).isEmpty();
  }

  @Test
  void openUploadsAreCountedUntilTheyEndOrExpire() {
    Upload ended = create("upload_a");
    create("upload_b");

    assertThat(stores.uploads().createUpload(upload("upload_c", LAST), OPEN_MAX)).isFalse();
    assertThat(stores.uploads().createUpload(ended, OPEN_MAX)).as("again").isTrue();
    assertThat(stores.uploads().upload(PROJECT, new UploadId("upload_c"))).isEmpty();

    stores.uploads().cancelUpload(PROJECT, ended.id(), NOW);
    assertThat(stores.uploads().createUpload(upload("upload_c", LAST), OPEN_MAX)).isTrue();
    assertThat(stores.uploads().createUpload(upload("upload_d", LAST), OPEN_MAX)).isFalse();
    assertThat(stores.uploads().createUpload(upload("upload_d", EXPIRED), OPEN_MAX)).isTrue();
  }

  @Test
  void partsAreAddedOnceEach() {
    Upload upload = create("upload_a");
    UploadPart first = part(upload, "part_1");
    UploadPart second = part(upload, "part_2");

    assertThat(add(second, NOW)).isEqualTo(PartOutcome.ADDED);
    assertThat(add(first, LAST)).isEqualTo(PartOutcome.ADDED);
    assertThat(add(first, LAST)).as("again").isEqualTo(PartOutcome.ADDED);

    assertThat(stores.uploads().parts(upload.id())).containsExactlyInAnyOrder(first, second);
    assertThat(stores.uploads().parts(new UploadId("upload_b"))).isEmpty();
  }

  @Test
  void partsBeyondTheLimitAreNotAdded() {
    Upload upload = create("upload_a");
    add(part(upload, "part_1"), NOW);
    add(part(upload, "part_2"), NOW);
    add(part(upload, "part_3"), NOW);

    assertThat(add(part(upload, "part_4"), NOW)).isEqualTo(PartOutcome.TOO_MANY);
    assertThat(add(part(upload, "part_3"), NOW)).as("again").isEqualTo(PartOutcome.ADDED);
    assertThat(add(part(create("upload_b"), "part_4"), NOW)).isEqualTo(PartOutcome.ADDED);
    assertThat(stores.uploads().parts(upload.id())).hasSize(PARTS_MAX);
  }

  @Test
  void partsBeyondWhatTheirUploadMayHoldAreNotAdded() {
    Upload upload = create("upload_a"); // It holds seven bytes, and each part has five.
    var limits = new PartLimits(PARTS_MAX, 2, Long.MAX_VALUE);

    assertThat(stores.uploads().addPart(part(upload, "part_1"), limits, NOW))
        .isEqualTo(PartOutcome.ADDED);
    assertThat(stores.uploads().addPart(part(upload, "part_2"), limits, NOW))
        .isEqualTo(PartOutcome.ADDED);
    assertThat(stores.uploads().addPart(part(upload, "part_3"), limits, NOW))
        .isEqualTo(PartOutcome.TOO_MUCH);
    assertThat(stores.uploads().addPart(part(upload, "part_2"), limits, NOW))
        .as("again")
        .isEqualTo(PartOutcome.ADDED);
  }

  @Test
  void partsBeyondWhatTheProjectMayStoreAreNotAdded() {
    Upload upload = create("upload_a");
    var limits = new PartLimits(PARTS_MAX, 100, 12);

    assertThat(stores.uploads().addPart(part(upload, "part_1"), limits, NOW))
        .isEqualTo(PartOutcome.ADDED);
    assertThat(stores.uploads().addPart(part(upload, "part_2"), limits, NOW))
        .isEqualTo(PartOutcome.ADDED);
    assertThat(stores.uploads().addPart(part(upload, "part_3"), limits, NOW))
        .isEqualTo(PartOutcome.NO_ROOM);
    assertThat(stores.uploads().addPart(part(upload, "part_2"), limits, NOW))
        .as("again")
        .isEqualTo(PartOutcome.ADDED);

    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(10);
    assertThat(stores.files().storedBytes("other")).isZero();
    complete(upload, NOW);
    assertThat(stores.files().storedBytes(PROJECT)).as("its file is its parts").isEqualTo(10);
    stores.retention().forgetUploads(List.of(upload.id()));
    assertThat(stores.files().storedBytes(PROJECT)).as("the file alone").isEqualTo(7);
  }

  @Test
  void partsOfUploadsThatEndedAreStoredUntilTheyAreForgotten() {
    add(part(create("upload_a"), "part_1"), NOW);
    Upload cancelled = create("upload_b");
    add(part(cancelled, "part_2"), NOW);

    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(10);
    stores.uploads().cancelUpload(PROJECT, cancelled.id(), NOW);

    assertThat(stores.files().storedBytes(PROJECT)).as("their bytes are still there").isEqualTo(10);
    stores.retention().forgetUploads(List.of(cancelled.id()));
    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(5);
  }

  @Test
  void endedUploadsTakeNoParts() {
    Upload expired = create("upload_a");
    Upload cancelled = create("upload_b");
    stores.uploads().cancelUpload(PROJECT, cancelled.id(), NOW);
    Upload completed = create("upload_c");
    complete(completed, NOW);

    assertThat(add(part(expired, "part_1"), EXPIRED)).isEqualTo(PartOutcome.ENDED);
    assertThat(add(part(cancelled, "part_1"), NOW)).isEqualTo(PartOutcome.ENDED);
    assertThat(add(part(completed, "part_3"), NOW)).isEqualTo(PartOutcome.ENDED);
    assertThat(add(part(upload("upload_d", NOW), "part_1"), NOW)).isEqualTo(PartOutcome.ENDED);
  }

  @Test
  void completedUploadIsAFileAndKeepsTheOrderOfItsParts() {
    Upload upload = create("upload_a");

    Upload completed = complete(upload, LAST);

    assertThat(completed.status()).isEqualTo(Status.COMPLETED);
    assertThat(completed.statusAt(EXPIRED)).isEqualTo(Status.COMPLETED);
    assertThat(completed.parts()).containsExactly(new PartId("part_2"), new PartId("part_1"));
    assertThat(stores.uploads().upload(PROJECT, upload.id())).contains(completed);
    StoredFile file = stores.files().file(PROJECT, upload.file(), LAST).orElseThrow();
    assertThat(file.bytes()).isEqualTo(7);
    assertThat(stores.files().content(file.id()).orElseThrow().pieces())
        .isEqualTo(content().pieces());
  }

  @Test
  void completeIsDoneOnce() {
    Upload upload = create("upload_a");
    Upload first = complete(upload, NOW);
    var other = new CompletedUpload(List.of(), file("file-other"), new Manifest(List.of()));

    assertThat(complete(upload, LAST)).isEqualTo(first);
    assertThat(stores.uploads().completeUpload(upload.id(), other, LAST)).isEqualTo(first);
    assertThat(stores.uploads().cancelUpload(PROJECT, upload.id(), LAST)).contains(first);
    assertThat(stores.files().file(PROJECT, new FileId("file-other"), LAST)).isEmpty();
  }

  @Test
  void uploadThatWasCancelledOrHasExpiredMakesNoFile() {
    Upload cancelled = create("upload_a");
    stores.uploads().cancelUpload(PROJECT, cancelled.id(), NOW);
    Upload expired = create("upload_b");

    assertThat(complete(cancelled, NOW).status()).isEqualTo(Status.CANCELLED);
    assertThat(complete(expired, EXPIRED).statusAt(EXPIRED)).isEqualTo(Status.EXPIRED);
    assertThat(stores.files().file(PROJECT, cancelled.file(), NOW)).isEmpty();
    assertThat(stores.files().file(PROJECT, expired.file(), NOW)).isEmpty();
  }

  @Test
  void cancelEndsAPendingUploadOfItsProject() {
    Upload upload = create("upload_a");
    Upload late = create("upload_b");

    assertThat(stores.uploads().cancelUpload("other", upload.id(), NOW)).isEmpty();
    assertThat(stores.uploads().upload(PROJECT, upload.id())).contains(upload);
    assertThat(stores.uploads().cancelUpload(PROJECT, upload.id(), LAST).orElseThrow().status())
        .isEqualTo(Status.CANCELLED);
    assertThat(stores.uploads().cancelUpload(PROJECT, late.id(), EXPIRED)).contains(late);
  }

  private static Upload upload(String id, Instant createdAt) {
    return new Upload(
        new UploadId(id),
        PROJECT,
        "in.jsonl",
        "batch",
        7,
        createdAt,
        createdAt.plus(Duration.ofHours(1)),
        new FileId("file-of-" + id),
        id.equals("upload_a") ? Duration.ofDays(30) : null,
        Status.PENDING,
        List.of());
  }

  private Upload create(String id) {
    Upload upload = upload(id, NOW);
    assertThat(stores.uploads().createUpload(upload, 100)).isTrue();
    return upload;
  }

  private static UploadPart part(Upload upload, String id) {
    return new UploadPart(new PartId(id), upload.id(), 5, NOW.plusMillis(3));
  }

  private PartOutcome add(UploadPart part, Instant now) {
    return stores.uploads().addPart(part, new PartLimits(PARTS_MAX, 100, Long.MAX_VALUE), now);
  }

  private Upload complete(Upload upload, Instant now) {
    var parts = List.of(new PartId("part_2"), new PartId("part_1"));
    var completed = new CompletedUpload(parts, file(upload.file().value()), content());
    return stores.uploads().completeUpload(upload.id(), completed, now);
  }

  private static StoredFile file(String id) {
    return new StoredFile(new FileId(id), 0, PROJECT, "in.jsonl", "batch", 7, NOW, null);
  }

  private static Manifest content() {
    return new Manifest(List.of(new Piece("files/b", 5), new Piece("files/a", 2)));
  }
}
