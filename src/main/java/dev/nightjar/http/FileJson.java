package dev.nightjar.http;

import dev.nightjar.api.Page;
import dev.nightjar.file.StoredFile;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Files as the API shows them. */
final class FileJson {
  private FileJson() {}

  static ObjectNode of(StoredFile file) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "file");
    json.put("id", file.id().value());
    json.put("purpose", purpose(file.purpose()));
    json.put("filename", file.filename());
    json.put("bytes", file.bytes());
    json.put("created_at", file.createdAt().getEpochSecond());
    json.put("expires_at", file.expiresAt() == null ? null : file.expiresAt().getEpochSecond());
    json.put("status", "processed");
    json.putNull("status_details");
    return json;
  }

  /** Clients know {@code evals} as a purpose to give, and refuse it as one to get. */
  static String purpose(String given) {
    return given.equals("evals") ? "user_data" : given;
  }

  /** The ids of an empty page are texts too: clients take no null there. */
  static ObjectNode page(Page<StoredFile> page) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "list");
    ArrayNode data = json.putArray("data");
    page.items().forEach(file -> data.add(of(file)));
    boolean isEmpty = page.items().isEmpty();
    json.put("first_id", isEmpty ? "" : page.items().getFirst().id().value());
    json.put("last_id", isEmpty ? "" : page.items().getLast().id().value());
    json.put("has_more", page.hasMore());
    return json;
  }

  static ObjectNode deleted(String id) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id);
    json.put("object", "file");
    json.put("deleted", true);
    return json;
  }
}
