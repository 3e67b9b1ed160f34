package dev.nightjar.api;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Cost;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch with its figures as of now, answers that are not sealed yet included.
 *
 * @param reason why nothing is sent at the moment, in a sentence; null when work goes on or is over
 */
public record BatchView(Batch batch, RequestCounts counts, Usage usage, @Nullable String reason) {
  /** What its answers cost so far; empty without a price. */
  public Optional<Cost> cost() {
    return Optional.ofNullable(batch.price())
        .map(price -> price.cost(usage.input(), usage.cached(), usage.output()));
  }
}
