package dev.nightjar.sim.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Samples of the forms that answers are asked to have. */
class SchemaSampleTest {
  @Test
  void sampleFollowsTheSchema() {
    String schema =
        """
        {"type":"object","required":["kind","next"],"additionalProperties":false,"properties":{
        "kind":{"enum":["a","b"]},"fixed":{"const":7},"many":{"type":"array","items":{"type":"integer"}},
        "maybe":{"type":["null","number"]},"either":{"anyOf":[{"type":"boolean"},{"type":"string"}]},
        "next":{"anyOf":[{"$ref":"#/$defs/leaf"},{"type":"null"}]}},
        "$defs":{"leaf":{"type":"object","properties":{"name":{"type":"string"}}}}}
        """;

    assertThat(SchemaSample.of(SimJson.tree(schema), "schema"))
        .isEqualTo(
            "{\"kind\":\"a\",\"fixed\":7,\"many\":[1],\"maybe\":1.5,\"either\":true,"
                + "\"next\":{\"name\":\"simulated name\"}}");
  }

  @Test
  void recursiveSchemaEnds() {
    String list =
        """
        {"type":"object","required":["next"],"properties":{
        "next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}}
        """;
    String endless = "{\"$ref\":\"#\"}";

    assertThat(SchemaSample.of(SimJson.tree(list), "schema")).endsWith("null" + "}".repeat(4));
    assertThatThrownBy(() -> SchemaSample.of(SimJson.tree(endless), "schema"))
        .isInstanceOf(Refusal.class);
  }
}
