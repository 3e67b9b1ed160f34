package dev.nightjar.http;

import dev.nightjar.api.Page;
import dev.nightjar.api.webhooks.Webhooks.Tested;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Webhook endpoints as OpenAI's API shows them, and deliveries, which are ours. */
final class WebhookJson {
  private static final int HINT_CHARACTERS = 4;

  private WebhookJson() {}

  static ObjectNode of(WebhookEndpoint endpoint) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", endpoint.id());
    json.put("object", "webhook_endpoint");
    json.put("created_at", endpoint.createdAt().getEpochSecond());
    json.put("updated_at", endpoint.updatedAt().getEpochSecond());
    json.put("name", endpoint.name());
    json.put("url", endpoint.url());
    ArrayNode events = json.putArray("event_types");
    endpoint.events().forEach(events::add);
    String secret = endpoint.secrets().current();
    json.put(
        "signing_secret_hint", "whsec_..." + secret.substring(secret.length() - HINT_CHARACTERS));
    ObjectNode ours = json.putObject("nightjar");
    ours.put("status", endpoint.disabledReason() == null ? "enabled" : "disabled");
    ours.put("disabled_reason", endpoint.disabledReason());
    return json;
  }

  /** Only for whoever has just created the secret. */
  static ObjectNode withSecret(WebhookEndpoint endpoint) {
    return of(endpoint).put("signing_secret", endpoint.secrets().current());
  }

  static ObjectNode deleted(String id) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id);
    json.put("object", "webhook_endpoint.deleted");
    json.put("deleted", true);
    return json;
  }

  /** {@code success} says that an answer came, and is always true. */
  static ObjectNode of(Tested tested) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "webhook_endpoint.test");
    json.put("webhook_endpoint_id", tested.endpoint());
    json.put("event_type", tested.type());
    json.put("status_code", tested.status());
    json.put("success", true);
    return json;
  }

  static ObjectNode of(WebhookDelivery delivery) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", delivery.id());
    json.put("object", "webhook_delivery");
    json.put("event_id", delivery.eventId());
    json.put("type", delivery.type());
    json.put("batch_id", delivery.batchId());
    json.put("state", delivery.state().name().toLowerCase(Locale.ROOT));
    json.put("attempts", delivery.attempts());
    json.put("last_status", delivery.lastStatus());
    json.put("last_error", delivery.lastError());
    json.put("created_at", delivery.createdAt().getEpochSecond());
    json.put("next_at", seconds(delivery.nextAt()));
    json.put("ended_at", seconds(delivery.endedAt()));
    return json;
  }

  static ObjectNode eventTypes(List<String> types) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "list");
    ArrayNode data = json.putArray("data");
    types.forEach(data::add);
    return json;
  }

  static ObjectNode endpoints(Page<WebhookEndpoint> page) {
    return page(page, WebhookJson::of);
  }

  static ObjectNode deliveries(Page<WebhookDelivery> page) {
    return page(page, WebhookJson::of);
  }

  private static <T> ObjectNode page(Page<T> page, Function<T, ObjectNode> item) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    List<ObjectNode> items = page.items().stream().map(item).toList();
    json.put("object", "list");
    json.putArray("data").addAll(items);
    json.put("first_id", items.isEmpty() ? null : items.getFirst().get("id").asString());
    json.put("last_id", items.isEmpty() ? null : items.getLast().get("id").asString());
    json.put("has_more", page.hasMore());
    return json;
  }

  private static @Nullable Long seconds(@Nullable Instant instant) {
    return instant == null ? null : instant.getEpochSecond();
  }
}
