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
import dev.nightjar.store.UploadStore.NewPart;
import dev.nightjar.store.UploadStore.NewUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.UploadStore.PartOutcome;
import dev.nightjar.store.UploadStore.PartOutcome.Added;
import dev.nightjar.store.UploadStore.PartRefusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every UploadStore does with uploads in parts. */
public abstract class UploadStoreContract extends StoresContract {
  private static final Instant LAST = NOW.plus(Duration.ofHours(1)).minusMillis(1);
  private static final Instant EXPIRED = NOW.plus(Duration.ofHours(1));
  private static final int OPEN_MAX = 2;
  private static final int PARTS_MAX = 3;

  @Test
  void createdUploadIsFoundAsItWasAlsoAfterAReopen() {
    Upload upload = create("upload_a");

    reopen();

    assertThat(stores.uploads().upload(PROJECT, upload.id())).contains(upload);
    assertThat(stores.uploads().upload("other", upload.id())).isEmpty();
    assertThat(stores.uploads().upload(PROJECT, new UploadId("upload_b"))).isEmpty();
  }

  @Test
  void openUploadsAreCountedUntilTheyEndOrExpire() {
    Upload ended = create("upload_a");
    create("upload_b");

    assertThat(at(LAST).uploads().createUpload(upload("upload_c"), OPEN_MAX)).isEmpty();
    assertThat(stores.uploads().createUpload(upload("upload_a"), OPEN_MAX))
        .as("again")
        .contains(ended);
    assertThat(stores.uploads().upload(PROJECT, new UploadId("upload_c"))).isEmpty();

    at(NOW).uploads().cancelUpload(PROJECT, ended.id());
    assertThat(at(LAST).uploads().createUpload(upload("upload_c"), OPEN_MAX)).isPresent();
    assertThat(at(LAST).uploads().createUpload(upload("upload_d"), OPEN_MAX)).isEmpty();
    assertThat(at(EXPIRED).uploads().createUpload(upload("upload_d"), OPEN_MAX)).isPresent();
  }

  @Test
  void partsAreAddedOnceEach() {
    Upload upload = create("upload_a");
    NewPart first = part(upload, "part_1");
    NewPart second = part(upload, "part_2");

    assertThat(add(second, NOW)).isEqualTo(added(second, NOW));
    assertThat(add(first, LAST.minusSeconds(1))).isEqualTo(added(first, LAST.minusSeconds(1)));
    assertThat(add(first, LAST)).as("again").isEqualTo(added(first, LAST.minusSeconds(1)));

    assertThat(stores.uploads().parts(upload.id()))
        .extracting(UploadPart::id)
        .containsExactlyInAnyOrder(first.id(), second.id());
    assertThat(stores.uploads().parts(new UploadId("upload_b"))).isEmpty();
  }

  @Test
  void partsBeyondTheLimitAreNotAdded() {
    Upload upload = create("upload_a");
    add(part(upload, "part_1"), NOW);
    add(part(upload, "part_2"), NOW);
    add(part(upload, "part_3"), NOW);

    assertThat(add(part(upload, "part_4"), NOW)).isEqualTo(PartRefusal.TOO_MANY);
    assertThat(add(part(upload, "part_3"), NOW)).as("again").isInstanceOf(Added.class);
    assertThat(add(part(create("upload_b"), "part_4"), NOW)).isInstanceOf(Added.class);
    assertThat(stores.uploads().parts(upload.id())).hasSize(PARTS_MAX);
  }

  @Test
  void partsBeyondWhatTheirUploadMayHoldAreNotAdded() {
    Upload upload = create("upload_a"); // It holds seven bytes, and each part has five.
    var limits = new PartLimits(PARTS_MAX, 2, Long.MAX_VALUE);

    assertThat(at(NOW).uploads().addPart(part(upload, "part_1"), limits)).isInstanceOf(Added.class);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_2"), limits)).isInstanceOf(Added.class);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_3"), limits))
        .isEqualTo(PartRefusal.TOO_MUCH);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_2"), limits))
        .as("again")
        .isInstanceOf(Added.class);
  }

  @Test
  void partsBeyondWhatTheProjectMayStoreAreNotAdded() {
    Upload upload = create("upload_a");
    var limits = new PartLimits(PARTS_MAX, 100, 12);

    assertThat(at(NOW).uploads().addPart(part(upload, "part_1"), limits)).isInstanceOf(Added.class);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_2"), limits)).isInstanceOf(Added.class);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_3"), limits))
        .isEqualTo(PartRefusal.NO_ROOM);
    assertThat(at(NOW).uploads().addPart(part(upload, "part_2"), limits))
        .as("again")
        .isInstanceOf(Added.class);

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
    at(NOW).uploads().cancelUpload(PROJECT, cancelled.id());

    assertThat(stores.files().storedBytes(PROJECT)).as("their bytes are still there").isEqualTo(10);
    stores.retention().forgetUploads(List.of(cancelled.id()));
    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(5);
  }

  @Test
  void endedUploadsTakeNoParts() {
    Upload expired = create("upload_a");
    Upload cancelled = create("upload_b");
    at(NOW).uploads().cancelUpload(PROJECT, cancelled.id());
    Upload completed = create("upload_c");
    complete(completed, NOW);

    assertThat(add(part(expired, "part_1"), EXPIRED)).isEqualTo(PartRefusal.ENDED);
    assertThat(add(part(cancelled, "part_1"), NOW)).isEqualTo(PartRefusal.ENDED);
    assertThat(add(part(completed, "part_3"), NOW)).isEqualTo(PartRefusal.ENDED);
    var unknown = new NewPart(new PartId("part_1"), new UploadId("upload_d"), 5);
    assertThat(add(unknown, NOW)).isEqualTo(PartRefusal.ENDED);
  }

  @Test
  void completedUploadIsAFileAndKeepsTheOrderOfItsParts() {
    Upload upload = create("upload_a");

    Upload completed = complete(upload, LAST);

    assertThat(completed.status()).isEqualTo(Status.COMPLETED);
    assertThat(completed.parts()).containsExactly(new PartId("part_2"), new PartId("part_1"));
    assertThat(at(EXPIRED).uploads().upload(PROJECT, upload.id())).contains(completed);
    StoredFile file = at(LAST).files().file(PROJECT, upload.file()).orElseThrow();
    assertThat(file.bytes()).isEqualTo(7);
    assertThat(file.createdAt()).isEqualTo(LAST);
    assertThat(file.expiresAt()).isEqualTo(LAST.plus(Duration.ofDays(30)));
    assertThat(stores.files().content(file.id()).orElseThrow().pieces())
        .isEqualTo(content().pieces());
  }

  @Test
  void completeIsDoneOnce() {
    Upload upload = create("upload_a");
    Upload first = complete(upload, NOW);
    var other = new CompletedUpload(List.of(), new Manifest(List.of()));

    assertThat(complete(upload, LAST)).isEqualTo(first);
    assertThat(at(LAST).uploads().completeUpload(upload.id(), other)).isEqualTo(first);
    assertThat(at(LAST).uploads().cancelUpload(PROJECT, upload.id())).contains(first);
    assertThat(stores.files().content(upload.file()).orElseThrow().bytes()).isEqualTo(7);
  }

  @Test
  void uploadThatWasCancelledOrHasExpiredMakesNoFile() {
    Upload cancelled = create("upload_a");
    at(NOW).uploads().cancelUpload(PROJECT, cancelled.id());
    Upload expired = create("upload_b");

    assertThat(complete(cancelled, NOW).status()).isEqualTo(Status.CANCELLED);
    assertThat(complete(expired, EXPIRED).status()).isEqualTo(Status.EXPIRED);
    assertThat(at(NOW).files().file(PROJECT, cancelled.file())).isEmpty();
    assertThat(at(NOW).files().file(PROJECT, expired.file())).isEmpty();
  }

  @Test
  void cancelEndsAPendingUploadOfItsProject() {
    Upload upload = create("upload_a");
    Upload late = create("upload_b");

    assertThat(at(NOW).uploads().cancelUpload("other", upload.id())).isEmpty();
    assertThat(stores.uploads().upload(PROJECT, upload.id())).contains(upload);
    assertThat(at(LAST).uploads().cancelUpload(PROJECT, upload.id()).orElseThrow().status())
        .isEqualTo(Status.CANCELLED);
    assertThat(at(EXPIRED).uploads().cancelUpload(PROJECT, late.id()).orElseThrow().status())
        .isEqualTo(Status.EXPIRED);
    assertThat(at(LAST).uploads().upload(PROJECT, late.id())).contains(late);
  }

  private static NewUpload upload(String id) {
    return new NewUpload(
        new UploadId(id),
        PROJECT,
        "in.jsonl",
        "batch",
        7,
        new FileId("file-of-" + id),
        id.equals("upload_a") ? Duration.ofDays(30) : null,
        Duration.ofHours(1));
  }

  private Upload create(String id) {
    Upload upload = at(NOW).uploads().createUpload(upload(id), 100).orElseThrow();
    assertThat(upload)
        .isEqualTo(
            new Upload(
                new UploadId(id),
                PROJECT,
                "in.jsonl",
                "batch",
                7,
                NOW,
                EXPIRED,
                new FileId("file-of-" + id),
                id.equals("upload_a") ? Duration.ofDays(30) : null,
                Status.PENDING,
                List.of()));
    return upload;
  }

  private static NewPart part(Upload upload, String id) {
    return new NewPart(new PartId(id), upload.id(), 5);
  }

  private static Added added(NewPart part, Instant at) {
    return new Added(new UploadPart(part.id(), part.upload(), part.bytes(), at));
  }

  private PartOutcome add(NewPart part, Instant now) {
    return at(now).uploads().addPart(part, new PartLimits(PARTS_MAX, 100, Long.MAX_VALUE));
  }

  private Upload complete(Upload upload, Instant now) {
    var parts = List.of(new PartId("part_2"), new PartId("part_1"));
    return at(now).uploads().completeUpload(upload.id(), new CompletedUpload(parts, content()));
  }

  private static Manifest content() {
    return new Manifest(List.of(new Piece("files/b", 5), new Piece("files/a", 2)));
  }
}
