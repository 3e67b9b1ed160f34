package dev.nightjar.store;

import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static dev.nightjar.store.Samples.sealAll;
import static dev.nightjar.store.Samples.validated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.Begun;
import dev.nightjar.store.BatchStore.CreateOutcome;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import dev.nightjar.store.ChunkStore.SealOutcome;
import dev.nightjar.store.LedgerStore.Enqueued;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Batches and chunks that two nodes are after at the same moment. */
public abstract class BatchRacesContract extends RacesContract {
  private static final int CHUNKS = 12;

  private final AtomicInteger ids = new AtomicInteger();

  // ---- creations

  @Test
  void oneBatchComesOfOneKey() throws Exception {
    rounds((round, random) -> {
      List<Asked<Created>> ours = contenders(random, create("key-" + round, "body", 0));
      List<Asked<Created>> others = contenders(random, create("key-" + round, "another", 0));

      List<Created> all = atOnce(random, joined(ours, others));

      assertThat(all).extracting(Created::batch).containsOnly(all.getFirst().batch());
      List<CreateOutcome> outcomes = all.stream().map(Created::outcome).toList();
      List<CreateOutcome> won = outcomes.subList(0, ours.size());
      List<CreateOutcome> lost = outcomes.subList(ours.size(), all.size());
      if (lost.contains(CreateOutcome.NEW)) {
        lost = won;
        won = outcomes.subList(ours.size(), all.size());
      }
      assertThat(won).containsOnlyOnce(CreateOutcome.NEW);
      assertThat(won).containsOnly(CreateOutcome.NEW, CreateOutcome.KNOWN);
      assertThat(lost).containsOnly(CreateOutcome.KEY_REUSED);
    });
  }

  /** The official SDKs send no key and count their retries. */
  @Test
  void retryIsTheRequestBeforeIt() throws Exception {
    rounds((round, random) -> {
      String body = "body-" + round;
      boolean hasArrived = random.nextBoolean();
      if (hasArrived) {
        create(null, body, 0).of(stores);
      }
      List<Creation> retries =
          IntStream.range(0, random.nextInt(2, 8))
              .mapToObj(_ -> create(null, body, random.nextInt(1, 4)))
              .toList();

      List<Created> all = atOnce(random, retries);

      List<Created> made =
          all.stream()
              .filter(created -> created.outcome() == CreateOutcome.NEW)
              .sorted(Comparator.comparingLong(created -> created.batch().sequence()))
              .toList();
      if (hasArrived) {
        assertThat(made).isEmpty();
      } else {
        List<Integer> counts = made.stream().map(created -> retry(created, retries, all)).toList();
        assertThat(counts).as("a higher count is a retry of what is there").isNotEmpty();
        assertThat(counts).isSortedAccordingTo(Comparator.reverseOrder());
      }
    });
  }

  /** How often the request was sent before that made this batch: each id is a request's own. */
  private static int retry(Created made, List<Creation> asked, List<Created> all) {
    return asked.get(all.indexOf(made)).retry;
  }

  private Creation create(@Nullable String key, String hash, int retry) {
    return new Creation(ids, key, hash, retry);
  }

  private record Creation(AtomicInteger ids, @Nullable String key, String hash, int retry)
      implements Asked<Created> {
    @Override
    public Created of(Stores node) {
      var batch =
          new NewBatch(
              new BatchId("batch_" + ids.incrementAndGet()),
              PROJECT,
              "/v1/embeddings",
              new FileId("file-in"),
              "24h",
              Duration.ofDays(1),
              Map.of(),
              null,
              new Origin(key, hash, "earlier " + hash, retry, Duration.ofMinutes(15)));
      return node.batches().createBatch(batch);
    }
  }

  // ---- beginnings

  @Test
  void batchesThatBeginNeverPassTheQuotaTogether() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      long each = random.nextInt(1, 10);
      long max = random.nextInt(1, 40);
      var begin = new ArrayList<Asked<Begun>>();
      int count = random.nextInt(2, 9);
      for (int i = 0; i < count; i++) {
        Batch batch = created(project);
        begin.add(node ->
            node.batches()
                .begin(batch.sequence(), validated(batch, 1), new BeginTerms(null, each, max)));
      }

      List<Begun> all = atOnce(random, begin);

      long begun = all.stream().filter(Begun.As.class::isInstance).count();
      assertThat(begun).isEqualTo(Math.min(count, max / each));
      assertThat(stores.ledger().enqueued(project))
          .isEqualTo(begun == 0 ? List.of() : List.of(new Enqueued("llama", begun * each)));
      assertThat(all)
          .allMatch(
              one -> one instanceof Begun.As || one.equals(new Begun.OverQuota(begun * each)));
    });
  }

  @Test
  void batchBeginsOrFailsOrIsCancelledOnce() throws Exception {
    rounds((round, random) -> {
      Batch batch = created(project(round));
      long sequence = batch.sequence();
      List<Asked<Batch>> asked = new ArrayList<>();
      asked.addAll(contenders(random, node -> Samples.begin(node, batch, CHUNKS)));
      asked.addAll(contenders(random, node -> node.batches().fail(sequence, List.of())));
      asked.addAll(
          contenders(
              random, node -> node.batches().cancel(batch.project(), batch.id()).orElseThrow()));
      asked.addAll(contenders(random, node -> node.batches().expire(sequence)));

      atOnce(random, asked);

      Batch after = batch(batch);
      boolean hasBegun = after.stamps().inProgressAt() != null;
      assertThat(after.status()).isNotIn(BatchStatus.VALIDATING, BatchStatus.IN_PROGRESS);
      assertThat(after.stamps().failedAt() != null).isEqualTo(after.status() == BatchStatus.FAILED);
      assertThat(hasBegun && after.stamps().failedAt() != null).as("begun, and failed").isFalse();
      assertThat(after.stamps().cancellingAt() == null || after.stamps().finalizingAt() == null)
          .isTrue();
      assertThat(stores.chunks().claim(sequence, 2 * CHUNKS)).hasSize(hasBegun ? CHUNKS : 0);
    });
  }

  // ---- claims

  @Test
  void chunkIsClaimedOnceAndGivenBackByItsOwner() throws Exception {
    rounds((round, random) -> {
      Batch batch = inProgress(stores, "batch_c" + round, CHUNKS);
      List<Asked<Claimed>> claims =
          IntStream.range(0, random.nextInt(2, 9))
              .<Asked<Claimed>>mapToObj(_ -> {
                int max = random.nextInt(1, 4);
                return node -> new Claimed(node, node.chunks().claim(batch.sequence(), max));
              })
              .toList();

      List<Claimed> all = atOnce(random, claims);

      List<Chunk> claimed = all.stream().flatMap(one -> one.chunks.stream()).toList();
      assertThat(claimed).extracting(Chunk::id).doesNotHaveDuplicates();
      assertThat(claimed).extracting(Chunk::epoch).containsOnly(1L);
      List<Chunk> rest = stores.chunks().claim(batch.sequence(), CHUNKS);
      assertThat(claimed.size() + rest.size()).isEqualTo(CHUNKS);

      stores.chunks().releaseChunks();
      List<Chunk> again = other.chunks().claim(batch.sequence(), CHUNKS);
      assertThat(again).allMatch(chunk -> chunk.epoch() == 2); // None, if the other had all.
      List<ChunkId> others = ids(chunksOf(other, all));
      assertThat(ids(again)).noneMatch(others::contains);
      other.chunks().releaseChunks();
      assertThat(stores.chunks().claim(batch.sequence(), CHUNKS))
          .hasSize(CHUNKS)
          .allSatisfy(chunk ->
              assertThat(chunk.epoch()).isEqualTo(ids(again).contains(chunk.id()) ? 3 : 2));
    });
  }

  private record Claimed(Stores by, List<Chunk> chunks) {}

  private static List<Chunk> chunksOf(Stores node, List<Claimed> claimed) {
    return claimed.stream()
        .filter(one -> one.by.equals(node))
        .flatMap(one -> one.chunks.stream())
        .toList();
  }

  private static List<ChunkId> ids(List<Chunk> chunks) {
    return chunks.stream().map(Chunk::id).toList();
  }

  // ---- seals

  @Test
  void chunkIsChargedOnceWhoeverSealsItAndTakesItOver() throws Exception {
    rounds((round, random) -> {
      Batch batch = Samples.begin(stores, created(project(round)), CHUNKS);
      List<Asked<Optional<SealOutcome>>> asked = new ArrayList<>();
      for (Stores owner : List.of(stores, other)) {
        for (Chunk chunk : owner.chunks().claim(batch.sequence(), CHUNKS / 2)) {
          asked.addAll(contenders(random, _ -> Optional.of(owner.chunks().seal(seal(chunk)))));
        }
        asked.add(_ -> {
          owner.chunks().releaseChunks();
          return Optional.empty();
        });
      }
      asked.add(node -> {
        node.chunks()
            .claim(batch.sequence(), CHUNKS)
            .forEach(chunk -> node.chunks().seal(seal(chunk)));
        return Optional.empty();
      });

      atOnce(random, asked);

      long left = stores.chunks().unsealed().stream().filter(of(batch)).count();
      checkCharged(batch, CHUNKS - left);
      stores.chunks().releaseChunks();
      other.chunks().releaseChunks();
      sealAll(stores, batch);
      checkCharged(batch, CHUNKS);
      assertThat(batch(batch).status()).isEqualTo(BatchStatus.FINALIZING);
    });
  }

  private void checkCharged(Batch batch, long sealed) {
    Batch after = batch(batch);
    assertThat(after.counts())
        .isEqualTo(new RequestCounts(CHUNKS * Samples.CHUNK_LINES, 8 * sealed, 2 * sealed));
    assertThat(stores.ledger().ledger(batch.project(), LocalDate.EPOCH, LocalDate.MAX))
        .extracting(LedgerEntry::requests, LedgerEntry::usage)
        .isEqualTo(sealed == 0 ? List.of() : List.of(tuple(8 * sealed, after.usage())));
  }

  private static Predicate<ChunkId> of(Batch batch) {
    return chunk -> chunk.batch() == batch.sequence();
  }

  // ---- ends

  @Test
  void batchEndsOnceAndIsToldOfOnce() throws Exception {
    rounds((round, random) -> {
      String project = project(round);
      endpoint(project, "whe_" + round);
      Batch batch = Samples.begin(stores, created(project), 2);
      Chunk last = stores.chunks().claim(batch.sequence(), 2).getLast();
      stores.chunks().seal(seal(new Chunk(new ChunkId(batch.sequence(), 0), 1, 0, 10, 0, 1)));
      List<Asked<Batch>> stops = new ArrayList<>();
      stops.addAll(
          contenders(random, node -> node.batches().cancel(project, batch.id()).orElseThrow()));
      stops.addAll(contenders(random, node -> node.batches().expire(batch.sequence())));
      stops.add(_ -> {
        stores.chunks().seal(seal(last));
        return batch(batch);
      });
      atOnce(random, stops);
      var files = new ArrayList<FinishedFiles>();
      List<Asked<Batch>> finishes =
          contenders(
              random,
              node -> {
                int number = ids.incrementAndGet();
                var made =
                    new FinishedFiles(
                        new FileId("file-o" + number), new FileId("file-e" + number), null);
                synchronized (files) {
                  files.add(made);
                }
                return node.batches().finish(batch.sequence(), made);
              });

      List<Batch> ended = atOnce(random, finishes);

      assertThat(ended).containsOnly(batch(batch));
      assertThat(ended.getFirst().status().isTerminal()).isTrue();
      assertThat(files)
          .filteredOn(made -> stores.files().content(made.output()).isPresent())
          .extracting(FinishedFiles::output)
          .containsExactly(ended.getFirst().outputFileId());
      var whole = stores.webhooks().webhookEndpoint(project, "whe_" + round).orElseThrow();
      assertThat(stores.webhooks().webhookDeliveries(whole, null, 9)).hasSize(1);
    });
  }

  // ---- what there is to race for

  private Batch batch(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow();
  }

  /** A project of this round. */
  private String project(int round) {
    String name = "project-" + round;
    Samples.project(stores, name);
    return name;
  }

  private Batch created(String project) {
    NewBatch asked = Samples.newBatch(project, "batch_n" + ids.incrementAndGet());
    return stores.batches().createBatch(asked).batch();
  }

  private void endpoint(String project, String id) {
    List<String> events =
        List.of("batch.completed", "batch.cancelled", "batch.expired", "batch.failed");
    var asked = new NewEndpoint(id, project, id, "https://a.example/", events, "whsec_YQ==");
    assertThat(stores.webhooks().createWebhookEndpoint(asked, 9)).isPresent();
  }

  private static <T> List<Asked<T>> joined(List<Asked<T>> some, List<Asked<T>> others) {
    var all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
