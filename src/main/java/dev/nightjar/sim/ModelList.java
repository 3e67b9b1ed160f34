package dev.nightjar.sim;

import dev.nightjar.sim.answer.Refusal;
import dev.nightjar.sim.answer.SimJson;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;

/** {@code GET /v1/models}: what was named at the start, or nothing. */
record ModelList(Set<String> models, long created) {

  byte[] all() {
    return SimJson.write(json -> {
      json.writeStartObject();
      json.writeStringProperty("object", "list");
      json.writeArrayPropertyStart("data");
      new TreeSet<>(models).forEach(model -> writeModel(json, model));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  byte[] one(String model) {
    if (!models.contains(model)) {
      throw Refusal.unknownModel(model);
    }
    return SimJson.write(json -> writeModel(json, model));
  }

  private void writeModel(JsonGenerator json, String model) {
    json.writeStartObject();
    json.writeStringProperty("id", model);
    json.writeStringProperty("object", "model");
    json.writeNumberProperty("created", created);
    json.writeStringProperty("owned_by", "nightjar-sim");
    json.writeEndObject();
  }
}
