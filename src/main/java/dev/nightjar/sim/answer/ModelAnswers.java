package dev.nightjar.sim.answer;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Writes the answers of all endpoints. Safe for use by many threads. */
public final class ModelAnswers {
  /** What a plain text ends with to show what the reader of lines does with it. */
  static final String LINE_SEPARATORS = " \u2028 \u2029 \u0085 ";

  private final Seeded seeded;
  private final TokenCounter tokens;
  private final InstantSource clock;

  public ModelAnswers(Seeded seeded, TokenCounter tokens, InstantSource clock) {
    this.seeded = seeded;
    this.tokens = tokens;
    this.clock = clock;
  }

  public byte[] answer(SimEndpoint endpoint, byte[] body, Ask ask, boolean withLineSeparators) {
    String suffix = withLineSeparators ? LINE_SEPARATORS : "";
    return switch (endpoint) {
      case CHAT -> chat(body, ask, suffix);
      case RESPONSES -> response(body, ask, suffix);
      case COMPLETIONS ->
          SimJson.write(
              json -> new CompletionAnswer(ask, tokens, suffix).write(json, start("cmpl-", body)));
      case EMBEDDINGS ->
          SimJson.write(json -> new EmbeddingAnswer(ask, tokens, seeded).write(json, suffix));
      case MODERATIONS ->
          SimJson.write(json ->
              new ModerationAnswer(ask, seeded).write(json, start("modr-", body).id(), suffix));
    };
  }

  private AnswerStart start(String prefix, byte[] body) {
    return new AnswerStart(seeded.id(prefix, body), clock.instant());
  }

  private byte[] chat(byte[] body, Ask ask, String suffix) {
    ModelReply reply = ReplyMaker.reply(SimEndpoint.CHAT, ask, tree(body, ask), suffix);
    var usage = ConversationUsage.of(ask, reply, tokens);
    return SimJson.write(
        json -> ChatAnswer.write(json, start("chatcmpl-", body), ask, reply, usage));
  }

  private byte[] response(byte[] body, Ask ask, String suffix) {
    JsonNode request = tree(body, ask);
    ModelReply reply = ReplyMaker.reply(SimEndpoint.RESPONSES, ask, request, suffix);
    var usage = ConversationUsage.of(ask, reply, tokens);
    return SimJson.write(
        json -> new ResponseAnswer(ask, request).write(json, start("resp_", body), reply, usage));
  }

  private static @Nullable JsonNode tree(byte[] body, Ask ask) {
    return ask.needsTree() ? SimJson.tree(body) : null;
  }
}
