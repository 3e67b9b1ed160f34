package dev.nightjar.api.batches;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * By what a request is known again: hashes of its body by value, so that neither white space nor
 * the order of its members counts. Each begins with the number of its kind, as they are stored.
 */
final class RequestHash {
  private static final String KIND = "2:";

  private RequestHash() {}

  /** Of a request that only {@code sender} can repeat; "" for whoever. */
  static String of(String sender, JsonNode body) {
    return KIND + sha256(sender + "\n" + sorted(body));
  }

  /** The kind before, which has no number: members in the order in which they came. */
  static String earlier(String sender, JsonNode body) {
    return sha256(sender + "\n" + body);
  }

  private static JsonNode sorted(JsonNode value) {
    if (value.isObject()) {
      var members = new TreeMap<String, JsonNode>();
      value.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.setAll(members);
      return object;
    }
    if (value.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      value.forEach(element -> array.add(sorted(element)));
      return array;
    }
    return value;
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
