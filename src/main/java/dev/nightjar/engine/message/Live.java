package dev.nightjar.engine.message;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Counts and usage of a batch as of now, unsealed answers included.
 *
 * @param reason why nothing is sent at the moment, in a sentence; null when work goes on
 */
public record Live(RequestCounts counts, Usage usage, @Nullable String reason) {}
