package dev.nightjar.validation;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.Chunk;
import dev.nightjar.cost.Terms;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.LedgerStore;
import dev.nightjar.store.LedgerStore.Learned;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** On what terms a batch begins: its price, and how many tokens it is taken to hold. */
public record Expectations(Terms terms, LedgerStore ledger) {
  private static final int LEARNED_DAYS = 30;

  /** Before a model was used: what English text has. */
  private static final double BYTES_PER_TOKEN = 4;

  /** What is learned from few or odd requests must not let everything or nothing pass. */
  private static final double BYTES_PER_TOKEN_MIN = 1;

  private static final double BYTES_PER_TOKEN_MAX = 20;

  BeginTerms of(Batch batch, ValidInput validated) {
    String model = LineRules.knownModel(validated.model());
    long bytes = validated.chunks().stream().mapToLong(Chunk::length).sum();
    return new BeginTerms(
        terms.prices().of(model).orElse(null),
        expected(model, bytes, validated.lines()).inputTokens(),
        terms.quotas().enqueuedTokensMax(batch.project(), model));
  }

  /**
   * What so many requests are likely to use.
   *
   * @param outputTokens null if this model has answered none lately
   */
  public record Expected(long inputTokens, @Nullable Long outputTokens) {}

  /** {@code bytes} are those of the request lines. */
  public Expected expected(@Nullable String model, long bytes, long requests) {
    Learned learned = ledger.learned(model, LEARNED_DAYS);
    if (learned.requests() == 0) {
      return new Expected((long) Math.ceil(bytes / BYTES_PER_TOKEN), null);
    }
    double ratio = (double) learned.requestBytes() / learned.usage().input();
    double bytesPerToken = Math.clamp(ratio, BYTES_PER_TOKEN_MIN, BYTES_PER_TOKEN_MAX);
    double outputPerRequest = (double) learned.usage().output() / learned.requests();
    return new Expected(
        (long) Math.ceil(bytes / bytesPerToken), Math.round(outputPerRequest * requests));
  }

  /** OpenAI's code and words, which clients know to wait for, and the figures. */
  static BatchError overQuota(
      Batch batch, @Nullable String model, BeginTerms beginTerms, long enqueued) {
    return new BatchError(
        "token_limit_exceeded",
        String.format(
            Locale.ROOT,
            "Enqueued token limit reached for %s in organization %s. Limit: %,d enqueued tokens."
                + " Please try again once some in_progress batches have been completed."
                + " In use: %,d. Needed: %,d.",
            model == null ? "several models" : model,
            batch.project(),
            beginTerms.enqueuedTokensMax(),
            enqueued,
            beginTerms.enqueuedTokens()),
        null,
        null);
  }
}
