package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Input;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a request in one pass. Used once, by one thread. */
public final class AskReader {
  static final int DIMENSIONS = 1536;
  private static final int DIMENSIONS_MAX = 8192;
  private static final int CHOICES_MAX = 128;

  private final SimEndpoint endpoint;
  private final ConversationReader conversation = new ConversationReader();
  private List<Input> inputs = List.of();
  private @Nullable String model;
  private @Nullable String user;
  private int choices = 1;
  private int dimensions = DIMENSIONS;
  private boolean isBase64;
  private boolean needsTree;
  private boolean hasInput;

  private AskReader(SimEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  public static Ask read(SimEndpoint endpoint, byte[] body) {
    var reader = new AskReader(endpoint);
    try (JsonParser json = SimJson.parser(body)) {
      reader.readBody(json);
    } catch (JacksonException e) {
      throw Refusal.badRequest(
          null,
          null,
          "We could not parse the JSON body of your request: it is not valid JSON at column %d."
              .formatted(e.getLocation() == null ? 1 : e.getLocation().getColumnNr()));
    }
    return reader.ask();
  }

  private Ask ask() {
    if (model == null && endpoint.needsModel()) {
      throw Refusal.missing("model");
    }
    if (!hasInput) {
      throw Refusal.missing(endpoint.input());
    }
    return new Ask(
        model, user, choices, dimensions, isBase64, needsTree, conversation.conversation(), inputs);
  }

  private void readBody(JsonParser json) {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw Refusal.badRequest(null, null, "The body of your request must be a JSON object.");
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value != JsonToken.VALUE_NULL) {
        readField(json, name, value);
      }
    }
    if (json.nextToken() != null) {
      throw Refusal.badRequest(
          null, null, "The body of your request has something after its JSON object.");
    }
  }

  private void readField(JsonParser json, String name, JsonToken value) {
    if (name.equals(endpoint.input())) {
      readInput(json, value);
      return;
    }
    switch (name) {
      case "model" -> model = text(json, name, value);
      case "user" -> user = text(json, name, value);
      case "n" -> choices = number(json, name, CHOICES_MAX);
      case "dimensions" -> dimensions = number(json, name, DIMENSIONS_MAX);
      case "encoding_format" -> isBase64 = encoding(text(json, name, value));
      case "instructions" -> {
        if (value == JsonToken.VALUE_STRING) {
          conversation.instructions(json.getString());
        } else {
          json.skipChildren();
        }
      }
      case "stream" -> refuseStream(value);
      case "tools", "response_format", "text" -> {
        needsTree |= endpoint.isConversation();
        json.skipChildren();
      }
      default -> json.skipChildren();
    }
  }

  private void readInput(JsonParser json, JsonToken value) {
    hasInput = true;
    if (endpoint.isConversation()) {
      conversation.read(json, value, endpoint);
    } else {
      inputs = InputReader.read(json, value, endpoint);
    }
  }

  private static String text(JsonParser json, String name, JsonToken value) {
    if (value != JsonToken.VALUE_STRING) {
      throw Refusal.wrongType(name, "a string");
    }
    return json.getString();
  }

  private static int number(JsonParser json, String name, int max) {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw Refusal.wrongType(name, "an integer");
    }
    long number = json.getLongValue();
    if (number < 1) {
      throw Refusal.badRequest(
          name,
          "integer_below_min_value",
          "Invalid '%s': expected a value >= 1, got %d.".formatted(name, number));
    }
    if (number > max) {
      throw Refusal.badRequest(
          name,
          "integer_above_max_value",
          "Invalid '%s': expected a value <= %d, got %d.".formatted(name, max, number));
    }
    return (int) number;
  }

  private static boolean encoding(String text) {
    return switch (text) {
      case "float" -> false;
      case "base64" -> true;
      default ->
          throw Refusal.badRequest(
              "encoding_format",
              "invalid_value",
              "Invalid value: '%s'. Supported values are: 'float' and 'base64'.".formatted(text));
    };
  }

  private static void refuseStream(JsonToken value) {
    if (value == JsonToken.VALUE_TRUE) {
      throw Refusal.badRequest(
          "stream", "unsupported_value", "nightjar sim does not stream; leave out 'stream'.");
    }
  }
}
