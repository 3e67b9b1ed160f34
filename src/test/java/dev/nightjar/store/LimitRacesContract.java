package dev.nightjar.store;

import static dev.nightjar.store.Samples.content;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.Upload.Status;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.NewPart;
import dev.nightjar.store.UploadStore.NewUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.UploadStore.PartOutcome;
import dev.nightjar.store.UploadStore.PartOutcome.Added;
import dev.nightjar.store.UploadStore.PartRefusal;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Limits that two nodes come to at the same moment, and what they change together. */
public abstract class LimitRacesContract extends RacesContract {
  private static final int FILE_BYTES = 7;
  private static final PartLimits ANY = new PartLimits(100, 100, Long.MAX_VALUE);

  private final AtomicInteger ids = new AtomicInteger();

  private String project(int round) {
    String name = "project-" + round;
    Samples.project(stores, name);
    return name;
  }

  private String id(String kind) {
    return kind + ids.incrementAndGet();
  }

  // ---- files

  @Test
  void filesNeverPassWhatTheirProjectMayStore() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      long max = random.nextInt(5 * FILE_BYTES);
      List<Asked<Optional<StoredFile>>> inserts =
          contenders(
              random,
              node -> {
                String id = id("file-");
                var file =
                    new NewFile(new FileId(id), project, "a.jsonl", "batch", FILE_BYTES, null);
                return node.files().insertFile(file, content(id), max);
              });

      List<Optional<StoredFile>> all = atOnce(random, inserts);

      long stored = Math.min(inserts.size(), max / FILE_BYTES);
      assertThat(all).filteredOn(Optional::isPresent).hasSize((int) stored);
      assertThat(stores.files().storedBytes(project)).isEqualTo(stored * FILE_BYTES);
    });
  }

  // ---- uploads

  private NewUpload upload(String project) {
    String id = id("upload_");
    return new NewUpload(
        new UploadId(id),
        project,
        "in.jsonl",
        "batch",
        FILE_BYTES,
        new FileId("file-of-" + id),
        null,
        Duration.ofHours(1));
  }

  private Upload opened(String project) {
    return stores.uploads().createUpload(upload(project), 1_000).orElseThrow();
  }

  private NewPart part(Upload upload) {
    return new NewPart(new PartId(id("part_")), upload.id(), FILE_BYTES);
  }

  @Test
  void openUploadsNeverPassTheirMaximum() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      int max = random.nextInt(1, 6);
      List<Asked<Optional<Upload>>> creates =
          contenders(random, node -> node.uploads().createUpload(upload(project), max));

      List<Optional<Upload>> all = atOnce(random, creates);

      assertThat(all).filteredOn(Optional::isPresent).hasSize(Math.min(creates.size(), max));
    });
  }

  @Test
  void partsNeverPassTheirLimits() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      Upload upload = opened(project);
      int count = random.nextInt(1, 6);
      int times = random.nextInt(1, 6);
      int stored = random.nextInt(1, 6);
      var limits = new PartLimits(count, times, (long) stored * FILE_BYTES);
      List<Asked<PartOutcome>> adds =
          contenders(random, node -> node.uploads().addPart(part(upload), limits));

      List<PartOutcome> all = atOnce(random, adds);

      int most = Math.min(count, Math.min(times, stored));
      assertThat(all).filteredOn(Added.class::isInstance).hasSize(Math.min(adds.size(), most));
      assertThat(stores.uploads().parts(upload.id())).hasSize(Math.min(adds.size(), most));
      assertThat(stores.files().storedBytes(project)).isLessThanOrEqualTo(limits.storageBytesMax());
    });
  }

  @Test
  void uploadEndsOnceAndTakesNoPartsThen() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      Upload upload = opened(project);
      NewPart first = part(upload);
      NewPart second = part(upload);
      stores.uploads().addPart(first, ANY);
      stores.uploads().addPart(second, ANY);
      var ends = new ArrayList<Asked<Upload>>();
      for (NewPart one : List.of(first, second)) {
        ends.addAll(contenders(random, node -> complete(node, upload, one)));
      }
      if (random.nextBoolean()) {
        ends.addAll(
            contenders(
                random, node -> node.uploads().cancelUpload(project, upload.id()).orElseThrow()));
      }
      List<Asked<PartOutcome>> adds =
          contenders(random, node -> node.uploads().addPart(part(upload), ANY));

      List<Object> all = atOnce(random, Stream.concat(ends.stream(), adds.stream()).toList());

      Upload ended = stores.uploads().upload(project, upload.id()).orElseThrow();
      assertThat(all.subList(0, ends.size())).containsOnly(ended);
      assertThat(all.subList(ends.size(), all.size()))
          .allMatch(one -> one instanceof Added || one == PartRefusal.ENDED);
      assertThat(stores.uploads().addPart(part(upload), ANY)).isEqualTo(PartRefusal.ENDED);
      List<Piece> pieces =
          stores.files().content(upload.file()).map(Manifest::pieces).orElse(List.of());
      assertThat(pieces)
          .extracting(Piece::key)
          .isEqualTo(ended.parts().stream().map(id -> key(upload, id)).toList());
      assertThat(pieces).hasSize(ended.status() == Status.COMPLETED ? 1 : 0);
      long parts = stores.uploads().parts(upload.id()).stream().mapToLong(UploadPart::bytes).sum();
      assertThat(stores.files().storedBytes(project)).isEqualTo(parts);
    });
  }

  private static Upload complete(Stores node, Upload upload, NewPart part) {
    var content = new Manifest(List.of(new Piece(key(upload, part.id()), FILE_BYTES)));
    return node.uploads()
        .completeUpload(upload.id(), new CompletedUpload(List.of(part.id()), content));
  }

  private static String key(Upload upload, PartId part) {
    return ObjectKeys.part(upload.file(), part);
  }

  // ---- webhooks

  private NewEndpoint endpoint(String project) {
    String id = id("whe_");
    return new NewEndpoint(
        id, project, "", "https://a.example/", List.of("batch.failed"), "whsec_YQ==");
  }

  @Test
  void endpointsNeverPassTheirMaximum() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      int max = random.nextInt(1, 6);
      List<Asked<Optional<WebhookEndpoint>>> creates =
          contenders(random, node -> node.webhooks().createWebhookEndpoint(endpoint(project), max));

      List<Optional<WebhookEndpoint>> all = atOnce(random, creates);

      int made = Math.min(creates.size(), max);
      assertThat(all).filteredOn(Optional::isPresent).hasSize(made);
      assertThat(stores.webhooks().webhookEndpoints(project)).hasSize(made);
    });
  }

  @Test
  void eachChangeIsMadeToWhatTheOthersLeft() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      var made = stores.webhooks().createWebhookEndpoint(endpoint(project), 9).orElseThrow();
      List<Asked<Optional<WebhookEndpoint>>> changes =
          contenders(
              random,
              node ->
                  node.webhooks()
                      .changeWebhookEndpoint(
                          project,
                          made.id(),
                          (old, now) ->
                              old.withTarget(old.name() + "x", old.url(), old.events(), now)));

      atOnce(random, changes);

      assertThat(stores.webhooks().webhookEndpoint(project, made.id()).orElseThrow().name())
          .isEqualTo("x".repeat(changes.size()));
    });
  }

  @Test
  void endpointThatIsDisabledOrDeletedHasNothingPending() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      var gone = stores.webhooks().createWebhookEndpoint(endpoint(project), 9).orElseThrow();
      end(stores, project);
      WebhookDelivery pending = stores.webhooks().webhookDeliveries(gone, null, 1).getFirst();
      boolean isDeleted = random.nextBoolean();
      List<Asked<Boolean>> asked = new ArrayList<>();
      asked.addAll(contenders(random, node -> end(node, project)));
      asked.addAll(
          contenders(
              random,
              node -> node.webhooks().replayWebhookDelivery(project, pending.id()).isPresent()));
      asked.add(node -> {
        if (isDeleted) {
          return node.webhooks().deleteWebhookEndpoint(project, gone.id());
        }
        node.webhooks()
            .triedWebhookDelivery(
                new Try(pending, new Outcome.EndpointGone("it is gone"), 410, null));
        return true;
      });

      atOnce(random, asked);

      boolean isGone =
          stores
              .webhooks()
              .webhookEndpoint(project, gone.id())
              .map(WebhookEndpoint::disabledReason)
              .isPresent();
      if (isDeleted || isGone) { // A replay may have overtaken the try.
        assertThat(stores.webhooks().webhookDeliveries(gone, null, 99))
            .extracting(WebhookDelivery::state)
            .doesNotContain(State.PENDING);
      }
    });
  }

  /** A batch of the project fails. */
  private boolean end(Stores node, String project) {
    var asked = Samples.newBatch(project, id("batch_"));
    Batch batch = node.batches().createBatch(asked).batch();
    node.batches().fail(batch.sequence(), List.of());
    return true;
  }
}
