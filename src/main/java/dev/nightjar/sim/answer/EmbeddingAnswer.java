package dev.nightjar.sim.answer;

import dev.nightjar.sim.answer.Ask.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.random.RandomGenerator;
import tools.jackson.core.JsonGenerator;

/** The answer of {@code /v1/embeddings}: unit vectors, the same for the same text. */
record EmbeddingAnswer(Ask ask, TokenCounter tokens, Seeded seeded) {

  static int count(Input input, TokenCounter tokens) {
    return switch (input) {
      case Input.Text(String text) -> tokens.count(text);
      case Input.Tokens(_, int count) -> count;
    };
  }

  void write(JsonGenerator json, String suffix) {
    json.writeStartObject();
    json.writeStringProperty("object", "list");
    json.writeArrayPropertyStart("data");
    int count = 0;
    int index = 0;
    for (Input input : ask.inputs()) {
      count += count(input, tokens);
      json.writeStartObject();
      json.writeStringProperty("object", "embedding");
      json.writeNumberProperty("index", index++);
      json.writeName("embedding");
      writeVector(json, vector(input));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringProperty("model", ask.modelName());
    json.writeObjectPropertyStart("usage");
    json.writeNumberProperty("prompt_tokens", count);
    json.writeNumberProperty("total_tokens", count);
    json.writeEndObject();
    // OpenAI has no such field: a vector cannot say that it is simulated.
    json.writeStringProperty("note", "Simulated embeddings." + suffix);
    json.writeEndObject();
  }

  private float[] vector(Input input) {
    RandomGenerator random = seeded.of(input.text());
    float[] vector = new float[ask.dimensions()];
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextFloat() * 2 - 1;
      squares += (double) vector[i] * vector[i];
    }
    double length = Math.sqrt(squares);
    if (length == 0) {
      vector[0] = 1;
      return vector;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private void writeVector(JsonGenerator json, float[] vector) {
    if (ask.isBase64()) {
      var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      json.writeString(Base64.getEncoder().encodeToString(bytes.array()));
      return;
    }
    json.writeStartArray();
    for (float each : vector) {
      json.writeNumber(each);
    }
    json.writeEndArray();
  }
}
