package dev.nightjar.sim;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A moderation that finds nothing, in all the categories that OpenAI's has. */
final class ModerationResult {
  private static final List<String> CATEGORIES =
      List.of(
          "harassment",
          "harassment/threatening",
          "hate",
          "hate/threatening",
          "illicit",
          "illicit/violent",
          "self-harm",
          "self-harm/instructions",
          "self-harm/intent",
          "sexual",
          "sexual/minors",
          "violence",
          "violence/graphic");

  private ModerationResult() {}

  static void addTo(ArrayNode results) {
    ObjectNode result = results.addObject().put("flagged", false);
    ObjectNode flags = result.putObject("categories");
    ObjectNode scores = result.putObject("category_scores");
    ObjectNode types = result.putObject("category_applied_input_types");
    for (String category : CATEGORIES) {
      flags.put(category, false);
      scores.put(category, 0.001);
      types.putArray(category).add("text");
    }
  }
}
