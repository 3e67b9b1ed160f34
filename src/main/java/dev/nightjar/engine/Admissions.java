package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.Chunk;
import dev.nightjar.cost.Terms;
import dev.nightjar.store.LedgerStore;
import dev.nightjar.store.MetaStore.Admission;
import dev.nightjar.store.MetaStore.Validated;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** On what terms a batch begins: its price, and how many tokens it is taken to hold. */
public record Admissions(Terms terms, LedgerStore ledger) {
  private static final int LEARNED_DAYS = 30;

  /** Before a model was used: what English text has. */
  private static final double BYTES_PER_TOKEN = 4;

  /** What is learned from few or odd requests must not let everything or nothing pass. */
  private static final double BYTES_PER_TOKEN_MIN = 1;

  private static final double BYTES_PER_TOKEN_MAX = 20;

  Admission of(Batch batch, Validated validated, Instant now) {
    String model = LineRules.knownModel(validated.model());
    long bytes = validated.chunks().stream().mapToLong(Chunk::length).sum();
    return new Admission(
        terms.prices().of(model).orElse(null),
        tokens(model, bytes, now),
        terms.quotas().enqueuedTokensMax(batch.project(), model));
  }

  /** The input tokens that so many bytes of request lines are likely to have. */
  public long tokens(@Nullable String model, long bytes, Instant now) {
    LocalDate from = now.atZone(ZoneOffset.UTC).toLocalDate().minusDays(LEARNED_DAYS);
    double bytesPerToken = ledger.bytesPerToken(model, from).orElse(BYTES_PER_TOKEN);
    return (long)
        Math.ceil(bytes / Math.clamp(bytesPerToken, BYTES_PER_TOKEN_MIN, BYTES_PER_TOKEN_MAX));
  }

  /** OpenAI's code and words, which clients know to wait for, and the figures. */
  static BatchError overQuota(
      Batch batch, @Nullable String model, Admission admission, long enqueued) {
    return new BatchError(
        "token_limit_exceeded",
        String.format(
            Locale.ROOT,
            "Enqueued token limit reached for %s in organization %s. Limit: %,d enqueued tokens."
                + " Please try again once some in_progress batches have been completed."
                + " In use: %,d. Needed: %,d.",
            model == null ? "several models" : model,
            batch.project(),
            admission.enqueuedTokensMax(),
            enqueued,
            admission.enqueuedTokens()),
        null,
        null);
  }
}
