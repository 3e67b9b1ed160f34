package dev.nightjar.sim.answer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Decides what is said: plain text, JSON of a wanted form, or a call of a function. */
final class ReplyMaker {
  private ReplyMaker() {}

  /**
   * The reply.
   *
   * @param request the body as a tree, if tools or a form are asked for
   * @param suffix what a plain text ends with
   */
  static ModelReply reply(
      SimEndpoint endpoint, Ask ask, @Nullable JsonNode request, String suffix) {
    if (request != null) {
      Optional<ModelReply> call = call(endpoint, ask, request);
      if (call.isPresent()) {
        return call.get();
      }
      JsonNode format =
          endpoint == SimEndpoint.CHAT
              ? request.path("response_format")
              : request.path("text").path("format");
      switch (format.path("type").asString("text")) {
        case "text" -> {}
        case "json_object" -> {
          return new ModelReply.Text(object(ask));
        }
        case "json_schema" -> {
          return new ModelReply.Text(sample(endpoint, format));
        }
        default ->
            throw Refusal.badRequest(
                endpoint == SimEndpoint.CHAT ? "response_format.type" : "text.format.type",
                "invalid_value",
                "Invalid value: '%s'. Supported values are: 'text', 'json_object' and 'json_schema'."
                    .formatted(format.path("type").asString("")));
      }
    }
    return new ModelReply.Text(ModelReply.to(ask.conversation().lastUser()) + suffix);
  }

  private static String object(Ask ask) {
    String said = ModelReply.to(ask.conversation().lastUser());
    byte[] json =
        SimJson.write(out -> {
          out.writeStartObject();
          out.writeBooleanProperty("simulated", true);
          out.writeStringProperty("answer", said);
          out.writeEndObject();
        });
    return new String(json, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String sample(SimEndpoint endpoint, JsonNode format) {
    String param =
        endpoint == SimEndpoint.CHAT ? "response_format.json_schema.schema" : "text.format.schema";
    JsonNode schema =
        endpoint == SimEndpoint.CHAT
            ? format.path("json_schema").path("schema")
            : format.path("schema");
    if (!schema.isObject()) {
      throw Refusal.missing(param);
    }
    return SchemaSample.of(schema, param);
  }

  /** A call if tools are given and nothing speaks against it; one call answers one question. */
  private static Optional<ModelReply> call(SimEndpoint endpoint, Ask ask, JsonNode request) {
    JsonNode tools = request.path("tools");
    JsonNode choice = request.path("tool_choice");
    String mode = choice.isString() ? choice.asString() : "";
    boolean isForced = mode.equals("required") || choice.isObject();
    if (!tools.isArray()
        || mode.equals("none")
        || (ask.conversation().endsWithToolResult() && !isForced)) {
      return Optional.empty();
    }
    String wanted = function(endpoint, choice).path("name").asString("");
    for (JsonNode tool : tools) {
      JsonNode function = function(endpoint, tool);
      String name = function.path("name").asString("");
      if (tool.path("type").asString("").equals("function")
          && !name.isEmpty()
          && (wanted.isEmpty() || wanted.equals(name))) {
        JsonNode parameters = function.path("parameters");
        String arguments =
            parameters.isObject() ? SchemaSample.of(parameters, "tools[].parameters") : "{}";
        return Optional.of(new ModelReply.Call(name, arguments));
      }
    }
    if (isForced) {
      throw Refusal.badRequest(
          "tool_choice",
          "invalid_value",
          wanted.isEmpty()
              ? "nightjar sim calls tools of type 'function' only; there is none in 'tools'."
              : "Tool choice '%s' not found in 'tools'.".formatted(wanted));
    }
    return Optional.empty();
  }

  private static JsonNode function(SimEndpoint endpoint, JsonNode node) {
    return endpoint == SimEndpoint.CHAT ? node.path("function") : node;
  }
}
