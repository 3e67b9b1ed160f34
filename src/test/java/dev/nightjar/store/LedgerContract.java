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
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.Begun;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.LedgerStore.Enqueued;
import dev.nightjar.store.LedgerStore.Learned;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every LedgerStore charges, and how it keeps to a quota. */
public abstract class LedgerContract extends StoresContract {
  private static final LocalDate TODAY = NOW.atZone(ZoneOffset.UTC).toLocalDate();
  private static final LocalDate TOMORROW = TODAY.plusDays(1);
  private static final Price PRICE = price("1.25");

  private static Price price(String input) {
    return new Price(
        "USD", new BigDecimal(input), null, new BigDecimal("10"), new BigDecimal("0.5"));
  }

  private Begun begin(String id, BeginTerms beginTerms) {
    Batch batch = validating(stores, id);
    return at(NOW).batches().begin(batch.sequence(), validated(batch, 2), beginTerms);
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
    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 2);
    for (int i = 0; i < 3; i++) {
      at(NOW).chunks().seal(seal(chunks.get(0)));
    }
    at(NOW).chunks().seal(seal(chunks.get(1)));
    at(NOW).chunks().seal(seal(chunks.get(1)));

    assertThat(stores.ledger().ledger(PROJECT, TODAY, TOMORROW))
        .containsExactly(
            new LedgerEntry(PROJECT, "llama", TODAY, PRICE, 16, new Usage(2_000, 200, 400, 40)));
  }

  @Test
  void sealOfAnEarlierEpochChargesNothing() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk lost = stores.chunks().claim(batch.sequence(), 1).getFirst();
    stores.chunks().releaseChunks();
    stores.chunks().claim(batch.sequence(), 1);

    at(NOW).chunks().seal(seal(lost));

    assertThat(stores.ledger().ledger(PROJECT, TODAY, TOMORROW)).isEmpty();
  }

  @Test
  void chunkWithoutAnyAnswerIsNotInTheLedger() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk chunk = stores.chunks().claim(batch.sequence(), 1).getFirst();

    at(NOW).chunks().seal(new Seal(chunk.id(), 1, 0, 70, 0, 10, Usage.NONE));

    assertThat(stores.ledger().ledger(null, TODAY, TOMORROW)).isEmpty();
  }

  @Test
  void dayBeginsAtMidnightUtc() {
    Batch batch = inProgress(stores, "batch_1", 2);
    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 2);
    var midnight = TOMORROW.atStartOfDay().toInstant(ZoneOffset.UTC);

    at(midnight.minusMillis(1)).chunks().seal(seal(chunks.get(0)));
    at(midnight).chunks().seal(seal(chunks.get(1)));

    assertThat(stores.ledger().ledger(null, TODAY, TOMORROW)).hasSize(1);
    assertThat(stores.ledger().ledger(null, TODAY, TOMORROW.plusDays(1)))
        .extracting(LedgerEntry::day)
        .containsExactly(TODAY, TOMORROW);
  }

  @Test
  void batchKeepsThePriceThatItBeganWith() {
    sealAll(stores, running("batch_1", new BeginTerms(PRICE, 0, null)));
    sealAll(stores, running("batch_2", new BeginTerms(price("2"), 0, null)));
    sealAll(stores, inProgress(stores, "batch_3", 2));

    assertThat(stores.ledger().ledger(PROJECT, TODAY, TOMORROW))
        .extracting(LedgerEntry::cost)
        .extracting(cost -> cost.map(Cost::standard).orElse(null))
        .containsExactly(null, new BigDecimal("0.0065"), new BigDecimal("0.008"));
    assertThat(stores.batches().batch(1).orElseThrow().price()).isEqualTo(PRICE);
    assertThat(stores.batches().batch(3).orElseThrow().price()).isNull();
  }

  @Test
  void anotherProjectSeesNothingOfIt() {
    sealAll(stores, inProgress(stores, "batch_1", 1));

    assertThat(stores.ledger().ledger("other", TODAY, TOMORROW)).isEmpty();
    assertThat(stores.ledger().ledger(null, TODAY, TOMORROW)).hasSize(1);
  }

  @Test
  void whatAnsweredLinesHadCanBeLearned() {
    assertThat(stores.ledger().learned("llama", 0)).isEqualTo(Learned.NOTHING);

    sealAll(stores, inProgress(stores, "batch_1", 2));

    // Of 2 x 1,000 bytes, 8 of 10 lines were answered.
    assertThat(stores.ledger().learned("llama", 0))
        .isEqualTo(new Learned(16, 1_600, new Usage(2_000, 200, 400, 40)));
    assertThat(stores.ledger().learned("other", 0)).isEqualTo(Learned.NOTHING);
    assertThat(stores.ledger().learned(null, 0)).isEqualTo(Learned.NOTHING);
    at(NOW.plus(Duration.ofDays(1)));
    assertThat(stores.ledger().learned("llama", 1).requests()).isEqualTo(16);
    assertThat(stores.ledger().learned("llama", 0)).isEqualTo(Learned.NOTHING);
  }

  // ---- the quota

  @Test
  void batchThatFillsTheQuotaBeginsAndTheNextTokenDoesNot() {
    assertThat(begin("batch_1", tokens(60, 100))).isInstanceOf(Begun.As.class);

    assertThat(begin("batch_2", tokens(41, 100))).isEqualTo(new Begun.OverQuota(60));
    assertThat(begin("batch_3", tokens(40, 100))).isInstanceOf(Begun.As.class);
    assertThat(begin("batch_4", tokens(1, 100))).isEqualTo(new Begun.OverQuota(100));

    assertThat(stores.ledger().enqueued(PROJECT)).containsExactly(new Enqueued("llama", 100));
    assertThat(stores.batches().batch(2).orElseThrow().status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(stores.chunks().unsealed())
        .as("chunks of a refused batch")
        .allMatch(id -> id.batch() != 2);
  }

  @Test
  void everyEndGivesTheTokensBack() {
    Batch completed = running("batch_1", tokens(1, 10));
    Batch cancelled = running("batch_2", tokens(2, 10));
    Batch expired = running("batch_3", tokens(4, 10));
    assertThat(stores.ledger().enqueued(PROJECT)).containsExactly(new Enqueued("llama", 7));

    at(NOW).batches().cancel(PROJECT, cancelled.id());
    at(NOW).batches().expire(expired.sequence());
    assertThat(stores.ledger().enqueued(PROJECT)).containsExactly(new Enqueued("llama", 7));
    for (Batch batch : List.of(completed, cancelled, expired)) {
      sealAll(stores, batch);
      at(NOW).batches().finish(batch.sequence(), Samples.files(batch));
    }

    assertThat(stores.ledger().enqueued(PROJECT)).isEmpty();
  }

  @Test
  void modelsAndProjectsDoNotShareAQuota() {
    running("batch_1", tokens(10, 10));
    Batch other = validating(stores, "batch_2");
    var mixed = new BatchStore.ValidInput(null, 10, validated(other, 1).chunks());

    assertThat(at(NOW).batches().begin(other.sequence(), mixed, tokens(10, 10)))
        .isInstanceOf(Begun.As.class);
    assertThat(begin("batch_3", tokens(1, 10))).isEqualTo(new Begun.OverQuota(10));
    assertThat(stores.ledger().enqueued("other")).isEmpty();
  }

  @Test
  void batchesThatBeginAtTheSameTimeNeverPassTheQuotaTogether() throws Exception {
    List<Batch> batches =
        IntStream.range(0, 200).mapToObj(i -> validating(stores, "batch_" + i)).toList();
    List<Callable<Begun>> begins =
        batches.stream()
            .map(batch ->
                (Callable<Begun>)
                    () ->
                        at(NOW)
                            .batches()
                            .begin(batch.sequence(), validated(batch, 1), tokens(7, 500)))
            .toList();

    try (var threads = Executors.newFixedThreadPool(16)) {
      long begun = 0;
      for (Future<Begun> future : threads.invokeAll(begins)) {
        begun += future.get() instanceof Begun.As ? 1 : 0;
      }
      assertThat(begun).isEqualTo(500 / 7);
    }
    assertThat(stores.ledger().enqueued(PROJECT)).containsExactly(new Enqueued("llama", 497));
  }
}
