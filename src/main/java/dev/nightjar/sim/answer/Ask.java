package dev.nightjar.sim.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an answer depends on.
 *
 * @param choices how many answers are wanted
 * @param dimensions of an embedding
 * @param isBase64 whether an embedding is wanted as base64
 * @param needsTree whether tools or a form of the answer are asked for, so that the body must be
 *     read again, as a tree
 * @param inputs what to embed, moderate or complete; empty for conversations
 */
public record Ask(
    @Nullable String model,
    @Nullable String user,
    int choices,
    int dimensions,
    boolean isBase64,
    boolean needsTree,
    Conversation conversation,
    List<Input> inputs) {

  /**
   * What was said.
   *
   * @param text all of it
   * @param lastUser the last message of the user
   * @param endsWithToolResult whether the model is to go on after a tool's answer
   */
  record Conversation(int messages, String text, String lastUser, boolean endsWithToolResult) {}

  /** A text, or tokens: then the text is their numbers. */
  sealed interface Input {
    String text();

    /** The text itself. */
    record Text(String text) implements Input {}

    /** Token numbers, with commas between. */
    record Tokens(String text, int count) implements Input {}
  }

  /** The model's name, for endpoints that cannot do without one. */
  String modelName() {
    if (model == null) {
      throw new IllegalStateException("no model in a request that was found to have one");
    }
    return model;
  }
}
