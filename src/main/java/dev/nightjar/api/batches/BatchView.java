package dev.nightjar.api.batches;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Cost;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch with its figures as of now, answers that are not sealed yet included.
 *
 * @param errors the problems of its input to show: the first, or all
 * @param reason why nothing is sent at the moment, in a sentence; null when work goes on or is over
 */
public record BatchView(
    Batch batch,
    RequestCounts counts,
    Usage usage,
    List<BatchError> errors,
    @Nullable String reason) {
  public BatchView {
    errors = List.copyOf(errors);
  }

  /** With the problems that the batch itself shows. */
  public BatchView(Batch batch, RequestCounts counts, Usage usage, @Nullable String reason) {
    this(batch, counts, usage, batch.errors(), reason);
  }

  BatchView withErrors(List<BatchError> all) {
    return new BatchView(batch, counts, usage, all, reason);
  }

  /** What its answers cost so far; empty without a price. */
  public Optional<Cost> cost() {
    return Optional.ofNullable(batch.price())
        .map(price -> price.cost(usage.input(), usage.cached(), usage.output()));
  }
}
