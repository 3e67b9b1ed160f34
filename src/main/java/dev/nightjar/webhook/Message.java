package dev.nightjar.webhook;

import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an endpoint is sent: an event as OpenAI words it, always the same bytes.
 *
 * @param id what the receiver knows it by, the same at each try
 */
public record Message(String id, String eventId, String type, String batchId, Instant createdAt) {
  byte[] body() {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("id", eventId);
    event.put("object", "event");
    event.put("created_at", createdAt.getEpochSecond());
    event.put("type", type);
    event.putObject("data").put("id", batchId);
    return JsonMapper.shared().writeValueAsBytes(event);
  }
}
