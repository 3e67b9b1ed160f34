package dev.nightjar.batch;

import java.io.Serializable;

/**
 * Tokens used: {@code input} includes {@code cached}, {@code output} includes {@code reasoning}.
 */
public record Usage(long input, long cached, long output, long reasoning) implements Serializable {
  public static final Usage NONE = new Usage(0, 0, 0, 0);

  public long total() {
    return input + output;
  }

  public Usage plus(Usage other) {
    return new Usage(
        input + other.input,
        cached + other.cached,
        output + other.output,
        reasoning + other.reasoning);
  }

  /** Of each the larger: of two that were counted at different times, what is known. */
  public Usage orMore(Usage other) {
    return new Usage(
        Math.max(input, other.input),
        Math.max(cached, other.cached),
        Math.max(output, other.output),
        Math.max(reasoning, other.reasoning));
  }
}
