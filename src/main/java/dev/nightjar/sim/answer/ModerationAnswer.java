package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Input;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import tools.jackson.core.JsonGenerator;

/** The answer of {@code /v1/moderations}: a text that names a category is flagged with it. */
record ModerationAnswer(Ask ask, Seeded seeded) {
  private static final String MODEL = "omni-moderation-latest";
  private static final double FLAGGED = 0.9;
  private static final double HARMLESS_MAX = 0.01;

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

  void write(JsonGenerator json, String id, String suffix) {
    json.writeStartObject();
    json.writeStringProperty("id", id);
    json.writeStringProperty("model", ask.model() == null ? MODEL : ask.model());
    json.writeArrayPropertyStart("results");
    for (Input input : ask.inputs()) {
      writeResult(json, input.text());
    }
    json.writeEndArray();
    // OpenAI has no such field: a score cannot say that it is simulated.
    json.writeStringProperty("note", "Simulated moderation." + suffix);
    json.writeEndObject();
  }

  private void writeResult(JsonGenerator json, String text) {
    RandomGenerator random = seeded.of(text);
    String lower = text.toLowerCase(Locale.ROOT);
    List<String> named = CATEGORIES.stream().filter(lower::contains).toList();
    json.writeStartObject();
    json.writeBooleanProperty("flagged", !named.isEmpty());
    json.writeObjectPropertyStart("categories");
    for (String category : CATEGORIES) {
      json.writeBooleanProperty(category, named.contains(category));
    }
    json.writeEndObject();
    json.writeObjectPropertyStart("category_scores");
    for (String category : CATEGORIES) {
      double score = random.nextDouble() * HARMLESS_MAX;
      json.writeNumberProperty(category, named.contains(category) ? FLAGGED + score : score);
    }
    json.writeEndObject();
    json.writeObjectPropertyStart("category_applied_input_types");
    for (String category : CATEGORIES) {
      json.writeArrayPropertyStart(category);
      json.writeString("text");
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
