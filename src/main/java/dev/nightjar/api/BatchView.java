package dev.nightjar.api;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A batch with its figures as of now, answers that are not sealed yet included.
 *
 * @param reason why nothing is sent at the moment, in a sentence; null when work goes on or is over
 */
public record BatchView(Batch batch, RequestCounts counts, Usage usage, @Nullable String reason) {}
