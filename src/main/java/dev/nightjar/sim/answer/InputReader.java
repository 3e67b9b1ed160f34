package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Input;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads what to embed, moderate or complete: texts, or tokens. */
final class InputReader {
  private static final int INPUTS_MAX = 2048;
  private static final String FORMS =
      "a string, an array of strings, an array of tokens or an array of token arrays";

  private InputReader() {}

  static List<Input> read(JsonParser json, JsonToken value, SimEndpoint endpoint) {
    if (value == JsonToken.VALUE_STRING) {
      return List.of(new Input.Text(json.getString()));
    }
    if (value != JsonToken.START_ARRAY) {
      throw Refusal.wrongType(endpoint.input(), FORMS);
    }
    JsonToken first = json.nextToken();
    List<Input> inputs =
        first == JsonToken.VALUE_NUMBER_INT
            ? List.of(tokens(json, endpoint))
            : readItems(json, first, endpoint);
    if (inputs.isEmpty() || inputs.size() > INPUTS_MAX) {
      throw Refusal.badRequest(
          endpoint.input(),
          "invalid_value",
          "Invalid '%s': it has %d entries; 1 to %d are allowed."
              .formatted(endpoint.input(), inputs.size(), INPUTS_MAX));
    }
    return inputs;
  }

  private static List<Input> readItems(JsonParser json, JsonToken first, SimEndpoint endpoint) {
    List<Input> inputs = new ArrayList<>();
    var parts = new StringBuilder();
    boolean hasParts = false;
    for (JsonToken item = first; item != JsonToken.END_ARRAY; item = json.nextToken()) {
      if (item == JsonToken.VALUE_STRING) {
        inputs.add(new Input.Text(json.getString()));
      } else if (item == JsonToken.START_ARRAY) {
        json.nextToken();
        inputs.add(tokens(json, endpoint));
      } else if (item == JsonToken.START_OBJECT && endpoint == SimEndpoint.MODERATIONS) {
        hasParts = true;
        readPart(json, parts);
      } else {
        throw Refusal.wrongType(endpoint.input(), FORMS);
      }
    }
    if (hasParts) {
      // Texts and images that are one thing to judge.
      inputs.add(new Input.Text(parts.toString()));
    }
    return inputs;
  }

  private static Input tokens(JsonParser json, SimEndpoint endpoint) {
    var text = new StringBuilder();
    int count = 0;
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token != JsonToken.VALUE_NUMBER_INT) {
        throw Refusal.wrongType(endpoint.input(), FORMS);
      }
      text.append(json.getLongValue()).append(',');
      count++;
    }
    return new Input.Tokens(text.toString(), count);
  }

  private static void readPart(JsonParser json, StringBuilder into) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean isText = json.currentName().equals("text");
      if (json.nextToken() == JsonToken.VALUE_STRING && isText) {
        into.append(json.getString());
      } else {
        json.skipChildren();
      }
    }
  }
}
