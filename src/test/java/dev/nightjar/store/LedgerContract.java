package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static dev.nightjar.store.Samples.sealAll;
import static dev.nightjar.store.Samples.validated;
import static dev.nightjar.store.Samples.validating;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Price;
import dev.nightjar.store.LedgerStore.Enqueued;
import dev.nightjar.store.LedgerStore.Learned;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import dev.nightjar.store.MetaStore.BeginTerms;
import dev.nightjar.store.MetaStore.Begun;
import dev.nightjar.store.MetaStore.Seal;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every MetaStore charges, and how it keeps to a quota. */
public abstract class LedgerContract {
  private static final LocalDate TODAY = NOW.atZone(ZoneOffset.UTC).toLocalDate();
  private static final LocalDate TOMORROW = TODAY.plusDays(1);
  private static final Price PRICE = price("1.25");

  @TempDir protected Path directory;
  private MetaStore store;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract MetaStore open(Path directory);

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private static Price price(String input) {
    return new Price(
        "USD", new BigDecimal(input), null, new BigDecimal("10"), new BigDecimal("0.5"));
  }

  private Begun begin(String id, BeginTerms beginTerms) {
    Batch batch = validating(store, id);
    return store.begin(batch.sequence(), validated(batch, 2), beginTerms, NOW);
  }

  private Batch running(String id, BeginTerms beginTerms) {
    return ((Begun.As) begin(id, beginTerms)).batch();
  }

  private static BeginTerms tokens(long needed, long max) {
    return new BeginTerms(null, needed, max);
  }

  // ---- the ledger

  @Test
  void sealedChunksAreChargedOnceHoweverOftenTheyAreSealed() {
    Batch batch = running("batch_1", new BeginTerms(PRICE, 0, null));
    List<Chunk> chunks = store.claim(batch.sequence(), 2);
    for (int i = 0; i < 3; i++) {
      store.seal(seal(chunks.get(0)), NOW);
    }
    store.seal(seal(chunks.get(1)), NOW);
    store.seal(seal(chunks.get(1)), NOW);

    assertThat(store.ledger(PROJECT, TODAY, TOMORROW))
        .containsExactly(
            new LedgerEntry(PROJECT, "llama", TODAY, PRICE, 16, new Usage(2_000, 200, 400, 40)));
  }

  @Test
  void sealOfAnEarlierEpochChargesNothing() {
    Batch batch = inProgress(store, "batch_1", 1);
    Chunk lost = store.claim(batch.sequence(), 1).getFirst();
    store.releaseChunks();
    store.claim(batch.sequence(), 1);

    store.seal(seal(lost), NOW);

    assertThat(store.ledger(PROJECT, TODAY, TOMORROW)).isEmpty();
  }

  @Test
  void chunkWithoutAnyAnswerIsNotInTheLedger() {
    Batch batch = inProgress(store, "batch_1", 1);
    Chunk chunk = store.claim(batch.sequence(), 1).getFirst();

    store.seal(new Seal(chunk.id(), 1, 0, 70, 0, 10, Usage.NONE), NOW);

    assertThat(store.ledger(null, TODAY, TOMORROW)).isEmpty();
  }

  @Test
  void dayBeginsAtMidnightUtc() {
    Batch batch = inProgress(store, "batch_1", 2);
    List<Chunk> chunks = store.claim(batch.sequence(), 2);
    var midnight = TOMORROW.atStartOfDay().toInstant(ZoneOffset.UTC);

    store.seal(seal(chunks.get(0)), midnight.minusMillis(1));
    store.seal(seal(chunks.get(1)), midnight);

    assertThat(store.ledger(null, TODAY, TOMORROW)).hasSize(1);
    assertThat(store.ledger(null, TODAY, TOMORROW.plusDays(1)))
        .extracting(LedgerEntry::day)
        .containsExactly(TODAY, TOMORROW);
  }

  @Test
  void batchKeepsThePriceThatItBeganWith() {
    sealAll(store, running("batch_1", new BeginTerms(PRICE, 0, null)));
    sealAll(store, running("batch_2", new BeginTerms(price("2"), 0, null)));
    sealAll(store, inProgress(store, "batch_3", 2));

    assertThat(store.ledger(PROJECT, TODAY, TOMORROW))
        .extracting(LedgerEntry::cost)
        .extracting(cost -> cost.map(Cost::standard).orElse(null))
        .containsExactly(null, new BigDecimal("0.0065"), new BigDecimal("0.008"));
    assertThat(store.batch(1).orElseThrow().price()).isEqualTo(PRICE);
    assertThat(store.batch(3).orElseThrow().price()).isNull();
  }

  @Test
  void anotherProjectSeesNothingOfIt() {
    sealAll(store, inProgress(store, "batch_1", 1));

    assertThat(store.ledger("other", TODAY, TOMORROW)).isEmpty();
    assertThat(store.ledger(null, TODAY, TOMORROW)).hasSize(1);
  }

  @Test
  void whatAnsweredLinesHadCanBeLearned() {
    assertThat(store.learned("llama", TODAY)).isEqualTo(Learned.NOTHING);

    sealAll(store, inProgress(store, "batch_1", 2));

    // Of 2 x 1,000 bytes, 8 of 10 lines were answered.
    assertThat(store.learned("llama", TODAY))
        .isEqualTo(new Learned(16, 1_600, new Usage(2_000, 200, 400, 40)));
    assertThat(store.learned("llama", TOMORROW)).isEqualTo(Learned.NOTHING);
    assertThat(store.learned("other", TODAY)).isEqualTo(Learned.NOTHING);
    assertThat(store.learned(null, TODAY)).isEqualTo(Learned.NOTHING);
  }

  // ---- the quota

  @Test
  void batchThatFillsTheQuotaBeginsAndTheNextTokenDoesNot() {
    assertThat(begin("batch_1", tokens(60, 100))).isInstanceOf(Begun.As.class);

    assertThat(begin("batch_2", tokens(41, 100))).isEqualTo(new Begun.OverQuota(60));
    assertThat(begin("batch_3", tokens(40, 100))).isInstanceOf(Begun.As.class);
    assertThat(begin("batch_4", tokens(1, 100))).isEqualTo(new Begun.OverQuota(100));

    assertThat(store.enqueued(PROJECT)).containsExactly(new Enqueued("llama", 100));
    assertThat(store.batch(2).orElseThrow().status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(store.unsealed()).as("chunks of a refused batch").allMatch(id -> id.batch() != 2);
  }

  @Test
  void everyEndGivesTheTokensBack() {
    Batch completed = running("batch_1", tokens(1, 10));
    Batch cancelled = running("batch_2", tokens(2, 10));
    Batch expired = running("batch_3", tokens(4, 10));
    assertThat(store.enqueued(PROJECT)).containsExactly(new Enqueued("llama", 7));

    store.cancel(PROJECT, cancelled.id(), NOW);
    store.expire(expired.sequence(), NOW);
    assertThat(store.enqueued(PROJECT)).containsExactly(new Enqueued("llama", 7));
    for (Batch batch : List.of(completed, cancelled, expired)) {
      sealAll(store, batch);
      store.finish(batch.sequence(), Samples.files(batch), NOW);
    }

    assertThat(store.enqueued(PROJECT)).isEmpty();
  }

  @Test
  void modelsAndProjectsDoNotShareAQuota() {
    running("batch_1", tokens(10, 10));
    Batch other = validating(store, "batch_2");
    var mixed = new MetaStore.ValidInput(null, 10, validated(other, 1).chunks());

    assertThat(store.begin(other.sequence(), mixed, tokens(10, 10), NOW))
        .isInstanceOf(Begun.As.class);
    assertThat(begin("batch_3", tokens(1, 10))).isEqualTo(new Begun.OverQuota(10));
    assertThat(store.enqueued("other")).isEmpty();
  }

  @Test
  void batchesThatBeginAtTheSameTimeNeverPassTheQuotaTogether() throws Exception {
    List<Batch> batches =
        IntStream.range(0, 200).mapToObj(i -> validating(store, "batch_" + i)).toList();
    List<Callable<Begun>> begins =
        batches.stream()
            .map(batch ->
                (Callable<Begun>)
                    () -> store.begin(batch.sequence(), validated(batch, 1), tokens(7, 500), NOW))
            .toList();

    try (var threads = Executors.newFixedThreadPool(16)) {
      long begun = 0;
      for (Future<Begun> future : threads.invokeAll(begins)) {
        begun += future.get() instanceof Begun.As ? 1 : 0;
      }
      assertThat(begun).isEqualTo(500 / 7);
    }
    assertThat(store.enqueued(PROJECT)).containsExactly(new Enqueued("llama", 497));
  }
}
