package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ExpiresAfter;
import dev.nightjar.api.JsonTypes;
import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The checked body of a batch's creation. Fields that we do not know are ignored: clients send what
 * other servers understand.
 */
record NewBatchRequest(
    FileId inputFileId,
    String endpoint,
    String completionWindow,
    Duration window,
    Map<String, String> metadata,
    @Nullable Duration outputExpiresAfter,
    @Nullable Long maxInFlight) {
  private static final List<String> ENDPOINTS =
      List.of(
          "/v1/responses",
          "/v1/chat/completions",
          "/v1/embeddings",
          "/v1/completions",
          "/v1/moderations",
          "/v1/images/generations",
          "/v1/images/edits",
          "/v1/videos");

  private static final int MAX_IN_FLIGHT_MAX = 100_000;

  static NewBatchRequest of(JsonNode body, Set<String> extraEndpoints) {
    String inputFileId = JsonTypes.requiredString(body, "input_file_id");
    String endpoint = endpoint(JsonTypes.requiredString(body, "endpoint"), extraEndpoints);
    String completionWindow = JsonTypes.requiredString(body, "completion_window");
    return new NewBatchRequest(
        new FileId(inputFileId),
        endpoint,
        completionWindow,
        CompletionWindow.of(completionWindow),
        Metadata.of(body.get("metadata")),
        ExpiresAfter.ofJson("output_expires_after", body),
        maxInFlight(body.get("max_in_flight")));
  }

  NewBatch batch(BatchId id, String project, Origin origin) {
    return new NewBatch(
        id,
        project,
        endpoint,
        inputFileId,
        completionWindow,
        window,
        metadata,
        outputExpiresAfter == null ? null : outputExpiresAfter.toSeconds(),
        maxInFlight,
        origin);
  }

  private static @Nullable Long maxInFlight(@Nullable JsonNode given) {
    if (given == null || given.isNull()) {
      return null;
    }
    if (!given.isIntegralNumber()) {
      throw ApiError.wrongType("max_in_flight", "an integer", JsonTypes.nameOf(given));
    }
    long calls = JsonTypes.clamped(given);
    if (calls < 1 || calls > MAX_IN_FLIGHT_MAX) {
      throw ApiError.invalidValue(
          "max_in_flight",
          "Invalid 'max_in_flight': expected 1 to %d, but got %s instead."
              .formatted(MAX_IN_FLIGHT_MAX, given));
    }
    return calls;
  }

  private static String endpoint(String given, Set<String> extraEndpoints) {
    if (ENDPOINTS.contains(given) || extraEndpoints.contains(given)) {
      return given;
    }
    String supported =
        Stream.concat(ENDPOINTS.stream(), extraEndpoints.stream().sorted())
            .map(endpoint -> "'" + endpoint + "'")
            .collect(Collectors.joining(", "));
    throw ApiError.invalidValue(
        "endpoint", "Invalid value: '%s'. Supported values are: %s.".formatted(given, supported));
  }
}
