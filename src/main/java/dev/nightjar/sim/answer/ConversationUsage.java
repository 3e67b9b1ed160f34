package dev.nightjar.sim.answer;

import tools.jackson.core.JsonGenerator;

/** What a conversation cost. */
record ConversationUsage(int input, int output) {
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final int TOKENS_PER_REPLY = 3;

  static ConversationUsage of(Ask ask, ModelReply reply, TokenCounter tokens) {
    int input =
        tokens.count(ask.conversation().text())
            + TOKENS_PER_MESSAGE * ask.conversation().messages()
            + TOKENS_PER_REPLY;
    return new ConversationUsage(input, ask.choices() * tokens.count(reply.text()));
  }

  /** In the shape of chat and of plain completions. */
  void writeAsCompletion(JsonGenerator json) {
    json.writeObjectPropertyStart("usage");
    json.writeNumberProperty("prompt_tokens", input);
    json.writeNumberProperty("completion_tokens", output);
    json.writeNumberProperty("total_tokens", input + output);
    json.writeObjectPropertyStart("prompt_tokens_details");
    json.writeNumberProperty("cached_tokens", 0);
    json.writeNumberProperty("audio_tokens", 0);
    json.writeEndObject();
    json.writeObjectPropertyStart("completion_tokens_details");
    json.writeNumberProperty("reasoning_tokens", 0);
    json.writeNumberProperty("audio_tokens", 0);
    json.writeNumberProperty("accepted_prediction_tokens", 0);
    json.writeNumberProperty("rejected_prediction_tokens", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** In the shape of responses. */
  void writeAsResponse(JsonGenerator json) {
    json.writeObjectPropertyStart("usage");
    json.writeNumberProperty("input_tokens", input);
    json.writeObjectPropertyStart("input_tokens_details");
    json.writeNumberProperty("cached_tokens", 0);
    json.writeNumberProperty("cache_write_tokens", 0);
    json.writeEndObject();
    json.writeNumberProperty("output_tokens", output);
    json.writeObjectPropertyStart("output_tokens_details");
    json.writeNumberProperty("reasoning_tokens", 0);
    json.writeEndObject();
    json.writeNumberProperty("total_tokens", input + output);
    json.writeEndObject();
  }
}
