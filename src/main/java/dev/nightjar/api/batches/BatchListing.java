package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.QueryInteger;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.store.BatchStore.BatchFilter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which batches to list, as the query says it: what OpenAI knows ({@code after}, {@code limit}) and
 * filters of ours ({@code status}, {@code model}, {@code created_after}, {@code created_before} and
 * {@code metadata.KEY}), which a batch must all meet. What is absent or empty does not count.
 *
 * @param query the parameters by name
 */
public record BatchListing(Map<String, String> query) {
  private static final String METADATA = "metadata.";

  /** The year 9999: past it a time is a mistake in its unit. */
  private static final long SECONDS_MAX = 253_402_300_799L;

  public BatchListing {
    query = Map.copyOf(query);
  }

  @Nullable String given(String name) {
    String value = query.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  BatchFilter filter() {
    return new BatchFilter(
        status(), given("model"), time("created_after"), time("created_before"), metadata());
  }

  private @Nullable BatchStatus status() {
    String given = given("status");
    if (given == null) {
      return null;
    }
    return Arrays.stream(BatchStatus.values())
        .filter(status -> status.apiName().equals(given))
        .findFirst()
        .orElseThrow(() -> unknownStatus(given));
  }

  private static ApiError unknownStatus(String given) {
    String known =
        Arrays.stream(BatchStatus.values())
            .map(status -> "'" + status.apiName() + "'")
            .collect(Collectors.joining(", "));
    return ApiError.invalidValue(
        "status", "Invalid value: '%s'. Supported values are: %s.".formatted(given, known));
  }

  private @Nullable Instant time(String name) {
    String given = given(name);
    return given == null
        ? null
        : Instant.ofEpochSecond(new QueryInteger(name, 0, SECONDS_MAX).of(given));
  }

  /** Checked as the metadata of a new batch is: what cannot be there cannot be looked for. */
  private Map<String, String> metadata() {
    ObjectNode pairs = JsonNodeFactory.instance.objectNode();
    query.forEach((name, value) -> {
      if (name.startsWith(METADATA)) {
        pairs.put(name.substring(METADATA.length()), value);
      }
    });
    return Metadata.of(pairs);
  }
}
