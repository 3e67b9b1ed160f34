package dev.nightjar.sim.answer;

import tools.jackson.core.JsonGenerator;

/** The answer of {@code /v1/chat/completions}. */
final class ChatAnswer {
  private ChatAnswer() {}

  static void write(
      JsonGenerator json, AnswerStart start, Ask ask, ModelReply reply, ConversationUsage usage) {
    json.writeStartObject();
    json.writeStringProperty("id", start.id());
    json.writeStringProperty("object", "chat.completion");
    json.writeNumberProperty("created", start.created().getEpochSecond());
    json.writeStringProperty("model", ask.modelName());
    json.writeArrayPropertyStart("choices");
    for (int index = 0; index < ask.choices(); index++) {
      writeChoice(json, start.id(), index, reply);
    }
    json.writeEndArray();
    usage.writeAsCompletion(json);
    json.writeStringProperty("service_tier", "default");
    json.writeStringProperty("system_fingerprint", "fp_nightjar_sim");
    json.writeEndObject();
  }

  private static void writeChoice(JsonGenerator json, String id, int index, ModelReply reply) {
    json.writeStartObject();
    json.writeNumberProperty("index", index);
    json.writeObjectPropertyStart("message");
    json.writeStringProperty("role", "assistant");
    switch (reply) {
      case ModelReply.Text(String text) -> json.writeStringProperty("content", text);
      case ModelReply.Call(String name, String arguments) -> {
        json.writeNullProperty("content");
        json.writeArrayPropertyStart("tool_calls");
        json.writeStartObject();
        json.writeStringProperty("id", id.replace("chatcmpl-", "call_") + index);
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", name);
        json.writeStringProperty("arguments", arguments);
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndArray();
      }
    }
    json.writeNullProperty("refusal");
    json.writeArrayPropertyStart("annotations");
    json.writeEndArray();
    json.writeEndObject();
    json.writeNullProperty("logprobs");
    json.writeStringProperty(
        "finish_reason", reply instanceof ModelReply.Call ? "tool_calls" : "stop");
    json.writeEndObject();
  }
}
