package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Conversation;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads chat messages, or the items of a response's input. Used once, by one thread. */
final class ConversationReader {
  private final StringBuilder all = new StringBuilder();
  private final StringBuilder text = new StringBuilder();
  private String role = "";
  private String lastUser = "";
  private int messages;
  private boolean endsWithToolResult;

  void instructions(String instructions) {
    messages++;
    all.append(instructions).append('\n');
  }

  void read(JsonParser json, JsonToken value, SimEndpoint endpoint) {
    if (value == JsonToken.VALUE_STRING && endpoint == SimEndpoint.RESPONSES) {
      role = "user";
      text.append(json.getString());
      endMessage();
      return;
    }
    if (value != JsonToken.START_ARRAY) {
      throw Refusal.wrongType(
          endpoint.input(),
          endpoint == SimEndpoint.CHAT ? "an array of messages" : "a string or an array of items");
    }
    int before = messages;
    for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
      if (item != JsonToken.START_OBJECT) {
        throw Refusal.wrongType(
            "%s[%d]".formatted(endpoint.input(), messages - before), "an object");
      }
      readMessage(json);
    }
    if (messages == before) {
      throw Refusal.badRequest(
          endpoint.input(),
          "empty_array",
          "Invalid '%s': empty array. Expected an array with minimum length 1."
              .formatted(endpoint.input()));
    }
  }

  Conversation conversation() {
    return new Conversation(messages, all.toString(), lastUser, endsWithToolResult);
  }

  private void readMessage(JsonParser json) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "role" -> role = value == JsonToken.VALUE_STRING ? json.getString() : "";
        case "type" -> {
          if (value == JsonToken.VALUE_STRING && json.getString().equals("function_call_output")) {
            role = "tool";
          }
        }
        case "content", "output" -> readContent(json, value);
        default -> json.skipChildren();
      }
    }
    endMessage();
  }

  /** A string, or an array of parts of which those with {@code text} count. */
  private void readContent(JsonParser json, JsonToken value) {
    if (value == JsonToken.VALUE_STRING) {
      text.append(json.getString());
      return;
    }
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    for (JsonToken part = json.nextToken(); part != JsonToken.END_ARRAY; part = json.nextToken()) {
      if (part == JsonToken.START_OBJECT) {
        readPart(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void readPart(JsonParser json) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean isText = json.currentName().equals("text");
      if (json.nextToken() == JsonToken.VALUE_STRING && isText) {
        text.append(json.getString());
      } else {
        json.skipChildren();
      }
    }
  }

  private void endMessage() {
    messages++;
    all.append(text).append('\n');
    if (role.equals("user")) {
      lastUser = text.toString();
    }
    endsWithToolResult = role.equals("tool");
    text.setLength(0);
    role = "";
  }
}
