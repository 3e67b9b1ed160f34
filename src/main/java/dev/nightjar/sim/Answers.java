package dev.nightjar.sim;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/** Writes the answers of all endpoints. Safe for use by many threads. */
final class Answers {
  /** What a plain text ends with to show what the reader of lines does with it. */
  static final String LINE_SEPARATORS = " \u2028 \u2029 \u0085 ";

  private final Seeded seeded;
  private final TokenCounter tokens;
  private final InstantSource clock;

  Answers(Seeded seeded, TokenCounter tokens, InstantSource clock) {
    this.seeded = seeded;
    this.tokens = tokens;
    this.clock = clock;
  }

  byte[] answer(Endpoint endpoint, byte[] body, Ask ask, boolean withLineSeparators) {
    String suffix = withLineSeparators ? LINE_SEPARATORS : "";
    return switch (endpoint) {
      case CHAT -> chat(body, ask, suffix);
      case RESPONSES -> response(body, ask, suffix);
      case COMPLETIONS ->
          Json.write(
              json -> new CompletionAnswer(ask, tokens, suffix).write(json, start("cmpl-", body)));
      case EMBEDDINGS ->
          Json.write(json -> new EmbeddingAnswer(ask, tokens, seeded).write(json, suffix));
      case MODERATIONS ->
          Json.write(json ->
              new ModerationAnswer(ask, seeded).write(json, start("modr-", body).id(), suffix));
    };
  }

  /** How every answer begins. */
  record Start(String id, Instant created) {}

  private Start start(String prefix, byte[] body) {
    return new Start(seeded.id(prefix, body), clock.instant());
  }

  private byte[] chat(byte[] body, Ask ask, String suffix) {
    Reply reply = ReplyMaker.reply(Endpoint.CHAT, ask, tree(body, ask), suffix);
    var usage = Usage.of(ask, reply, tokens);
    return Json.write(json -> ChatAnswer.write(json, start("chatcmpl-", body), ask, reply, usage));
  }

  private byte[] response(byte[] body, Ask ask, String suffix) {
    JsonNode request = tree(body, ask);
    Reply reply = ReplyMaker.reply(Endpoint.RESPONSES, ask, request, suffix);
    var usage = Usage.of(ask, reply, tokens);
    return Json.write(
        json -> new ResponseAnswer(ask, request).write(json, start("resp_", body), reply, usage));
  }

  private static @Nullable JsonNode tree(byte[] body, Ask ask) {
    return ask.needsTree() ? Json.tree(body) : null;
  }

  /** What a conversation cost. */
  record Usage(int input, int output) {
    private static final int TOKENS_PER_MESSAGE = 4;
    private static final int TOKENS_PER_REPLY = 3;

    static Usage of(Ask ask, Reply reply, TokenCounter tokens) {
      int input =
          tokens.count(ask.conversation().text())
              + TOKENS_PER_MESSAGE * ask.conversation().messages()
              + TOKENS_PER_REPLY;
      return new Usage(input, ask.choices() * tokens.count(reply.text()));
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
}
