package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Input;
import tools.jackson.core.JsonGenerator;

/** The answer of {@code /v1/completions}: {@code n} choices for each prompt. */
record CompletionAnswer(Ask ask, TokenCounter tokens, String suffix) {

  void write(JsonGenerator json, AnswerStart start) {
    json.writeStartObject();
    json.writeStringProperty("id", start.id());
    json.writeStringProperty("object", "text_completion");
    json.writeNumberProperty("created", start.created().getEpochSecond());
    json.writeStringProperty("model", ask.modelName());
    json.writeArrayPropertyStart("choices");
    int input = 0;
    int output = 0;
    int index = 0;
    for (Input prompt : ask.inputs()) {
      String text = text(prompt);
      input += EmbeddingAnswer.count(prompt, tokens);
      output += ask.choices() * tokens.count(text);
      for (int i = 0; i < ask.choices(); i++) {
        json.writeStartObject();
        json.writeStringProperty("text", text);
        json.writeNumberProperty("index", index++);
        json.writeNullProperty("logprobs");
        json.writeStringProperty("finish_reason", "stop");
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    new ConversationUsage(input, output).writeAsCompletion(json);
    json.writeStringProperty("system_fingerprint", "fp_nightjar_sim");
    json.writeEndObject();
  }

  private String text(Input prompt) {
    String said =
        switch (prompt) {
          case Input.Text(String text) -> ModelReply.to(text);
          case Input.Tokens(_, int count) -> ModelReply.to("%d tokens".formatted(count));
        };
    return said + suffix;
  }
}
