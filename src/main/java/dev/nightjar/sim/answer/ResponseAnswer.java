package dev.nightjar.sim.answer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * The answer of {@code /v1/responses}.
 *
 * @param request as a tree, if there is something in it to say back
 */
record ResponseAnswer(Ask ask, @Nullable JsonNode request) {

  void write(JsonGenerator json, AnswerStart start, ModelReply reply, ConversationUsage usage) {
    json.writeStartObject();
    json.writeStringProperty("id", start.id());
    json.writeStringProperty("object", "response");
    json.writeNumberProperty("created_at", start.created().getEpochSecond());
    json.writeNumberProperty("completed_at", start.created().getEpochSecond());
    json.writeStringProperty("status", "completed");
    json.writeBooleanProperty("background", false);
    json.writeNullProperty("error");
    json.writeNullProperty("incomplete_details");
    json.writeNullProperty("instructions");
    json.writeNullProperty("max_output_tokens");
    json.writeStringProperty("model", ask.modelName());
    writeOutput(json, start.id(), reply);
    json.writeBooleanProperty("parallel_tool_calls", true);
    json.writeNullProperty("previous_response_id");
    json.writeObjectPropertyStart("reasoning");
    json.writeNullProperty("effort");
    json.writeNullProperty("summary");
    json.writeEndObject();
    json.writeStringProperty("service_tier", "default");
    json.writeBooleanProperty("store", false);
    json.writeNumberProperty("temperature", 1.0);
    writeSaidBack(json, "text", "{\"format\":{\"type\":\"text\"}}");
    writeSaidBack(json, "tool_choice", "\"auto\"");
    writeSaidBack(json, "tools", "[]");
    json.writeNumberProperty("top_p", 1.0);
    json.writeStringProperty("truncation", "disabled");
    usage.writeAsResponse(json);
    json.writeObjectPropertyStart("metadata");
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeOutput(JsonGenerator json, String id, ModelReply reply) {
    json.writeArrayPropertyStart("output");
    json.writeStartObject();
    switch (reply) {
      case ModelReply.Text(String text) -> {
        json.writeStringProperty("id", id.replace("resp_", "msg_"));
        json.writeStringProperty("type", "message");
        json.writeStringProperty("status", "completed");
        json.writeStringProperty("role", "assistant");
        json.writeArrayPropertyStart("content");
        json.writeStartObject();
        json.writeStringProperty("type", "output_text");
        json.writeStringProperty("text", text);
        json.writeArrayPropertyStart("annotations");
        json.writeEndArray();
        json.writeArrayPropertyStart("logprobs");
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
      }
      case ModelReply.Call(String name, String arguments) -> {
        json.writeStringProperty("id", id.replace("resp_", "fc_"));
        json.writeStringProperty("type", "function_call");
        json.writeStringProperty("status", "completed");
        json.writeStringProperty("call_id", id.replace("resp_", "call_"));
        json.writeStringProperty("name", name);
        json.writeStringProperty("arguments", arguments);
      }
    }
    json.writeEndObject();
    json.writeEndArray();
  }

  private void writeSaidBack(JsonGenerator json, String name, String otherwise) {
    JsonNode said = request == null ? null : request.get(name);
    json.writeName(name);
    json.writeRawValue(said == null || said.isNull() ? otherwise : said.toString());
  }
}
