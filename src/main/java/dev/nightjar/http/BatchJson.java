package dev.nightjar.http;

import dev.nightjar.api.Page;
import dev.nightjar.api.batches.BatchView;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Stamps;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Batches as the API shows them: what is not known yet is there as null. */
final class BatchJson {
  private BatchJson() {}

  static ObjectNode of(BatchView view) {
    Batch batch = view.batch();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", batch.id().value());
    json.put("object", "batch");
    json.put("endpoint", batch.endpoint());
    json.put("model", batch.model());
    putErrors(json, view.errors());
    json.put("input_file_id", batch.inputFileId().value());
    json.put("completion_window", batch.completionWindow());
    json.put("status", batch.status().apiName());
    json.put("output_file_id", text(batch.outputFileId()));
    json.put("error_file_id", text(batch.errorFileId()));
    putStamps(json, batch.stamps());
    putCounts(json.putObject("request_counts"), view.counts());
    putUsage(json.putObject("usage"), view.usage());
    putMetadata(json, batch.metadata());
    putExtensions(json, view);
    return json;
  }

  /** All under one key, so that no field that OpenAI may add collides. */
  private static void putExtensions(ObjectNode json, BatchView view) {
    ObjectNode ours = JsonNodeFactory.instance.objectNode();
    view.cost().ifPresent(cost -> ours.set("cost", CostJson.of(cost)));
    if (view.reason() != null) {
      ours.putObject("progress").put("reason", view.reason());
    }
    if (view.batch().errorsTotal() > 0) {
      ours.put("errors_total", view.batch().errorsTotal());
    }
    if (view.batch().maxInFlight() != null) {
      ours.put("max_in_flight", view.batch().maxInFlight());
    }
    if (!ours.isEmpty()) {
      json.set("nightjar", ours);
    }
  }

  static ObjectNode page(Page<BatchView> page) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "list");
    ArrayNode data = json.putArray("data");
    page.items().forEach(view -> data.add(of(view)));
    if (!page.items().isEmpty()) {
      json.put("first_id", page.items().getFirst().batch().id().value());
      json.put("last_id", page.items().getLast().batch().id().value());
    }
    json.put("has_more", page.hasMore());
    return json;
  }

  private static void putErrors(ObjectNode json, List<BatchError> errors) {
    if (errors.isEmpty()) {
      json.putNull("errors");
      return;
    }
    ObjectNode list = json.putObject("errors");
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    for (BatchError error : errors) {
      ObjectNode entry = data.addObject();
      entry.put("code", error.code());
      entry.put("message", error.message());
      entry.put("param", error.param());
      entry.put("line", error.line());
    }
  }

  private static void putStamps(ObjectNode json, Stamps stamps) {
    json.put("created_at", seconds(stamps.createdAt()));
    json.put("in_progress_at", seconds(stamps.inProgressAt()));
    json.put("expires_at", seconds(stamps.expiresAt()));
    json.put("finalizing_at", seconds(stamps.finalizingAt()));
    json.put("completed_at", seconds(stamps.completedAt()));
    json.put("failed_at", seconds(stamps.failedAt()));
    json.put("expired_at", seconds(stamps.expiredAt()));
    json.put("cancelling_at", seconds(stamps.cancellingAt()));
    json.put("cancelled_at", seconds(stamps.cancelledAt()));
  }

  private static void putCounts(ObjectNode json, RequestCounts counts) {
    json.put("total", counts.total());
    json.put("completed", counts.completed());
    json.put("failed", counts.failed());
  }

  private static void putUsage(ObjectNode json, Usage usage) {
    json.put("input_tokens", usage.input());
    json.putObject("input_tokens_details").put("cached_tokens", usage.cached());
    json.put("output_tokens", usage.output());
    json.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoning());
    json.put("total_tokens", usage.total());
  }

  /** Sorted, so that the same batch always looks the same. */
  private static void putMetadata(ObjectNode json, Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      json.putNull("metadata");
      return;
    }
    ObjectNode pairs = json.putObject("metadata");
    new TreeMap<>(metadata).forEach(pairs::put);
  }

  private static @Nullable Long seconds(@Nullable Instant instant) {
    return instant == null ? null : instant.getEpochSecond();
  }

  private static @Nullable String text(@Nullable Object id) {
    return id == null ? null : id.toString();
  }
}
