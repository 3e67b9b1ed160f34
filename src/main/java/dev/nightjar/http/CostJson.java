package dev.nightjar.http;

import dev.nightjar.cost.Cost;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Money as the API shows it: exact decimal numbers, in the currency's units. */
final class CostJson {
  private CostJson() {}

  static ObjectNode of(Cost cost) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("currency", cost.currency());
    json.put("standard", cost.standard());
    json.put("batch", cost.batch());
    json.put("saved", cost.saved());
    return json;
  }
}
