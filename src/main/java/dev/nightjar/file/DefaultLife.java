package dev.nightjar.file;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long files live from their creation when nobody says otherwise.
 *
 * @param byPurpose files of other purposes live for ever
 */
public record DefaultLife(Map<String, Duration> byPurpose) {
  /** As OpenAI has it: batches' inputs, outputs and errors live 30 days. */
  public static final DefaultLife OPENAI =
      new DefaultLife(Map.of("batch", Duration.ofDays(30), "batch_output", Duration.ofDays(30)));

  public DefaultLife {
    byPurpose = Map.copyOf(byPurpose);
  }

  /** Null for ever. */
  public @Nullable Duration of(String purpose) {
    return byPurpose.get(purpose);
  }
}
