package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.ScriptedServer.Script;
import dev.nightjar.upstream.Upstream.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {
  private static final Probe ALIVE = new Probe.Alive(Optional.empty());

  private static Probe probe(Script script, Duration timeout) throws IOException {
    try (var server = playing(script);
        var upstream = upstream(server)) {
      return upstream.probe(timeout);
    }
  }

  private static Probe probe(int status, String body) throws IOException {
    var head = "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n".formatted(status, body.length());
    return probe(always(head + body), Duration.ofSeconds(5));
  }

  @Test
  void modelsAreListed() throws Exception {
    var list =
        """
        {"object":"list","data":[{"id":"llama","object":"model"},{"id":"qwen","x":{"id":"no"}}]}\
        """;

    assertThat(probe(200, list)).isEqualTo(new Probe.Alive(Optional.of(List.of("llama", "qwen"))));
  }

  @Test
  void requestAsksForModels() throws Exception {
    try (var server = playing(always(Sending.OK));
        var upstream = upstream(server)) {
      var _ = upstream.probe(Duration.ofSeconds(5));

      assertThat(server.received().getFirst().head())
          .startsWith("GET /v1/models HTTP/1.1\r\n")
          .contains("Authorization: Bearer sk-test\r\n")
          .doesNotContain("Content-Length");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ok",
        "{}",
        "[]",
        "{\"data\":[]}",
        "{\"data\":7}",
        "{\"data\":[{\"id\":7},3]}",
        "{\"data\":[{\"id\":\"cut",
      })
  void serverThatListsNoModelsIsAlive(String body) throws Exception {
    assertThat(probe(200, body)).isEqualTo(ALIVE);
  }

  @Test
  @Tag("G1")
  void llamaCppTellsHowManyCallsItWorksOn() throws Exception {
    String list = "{\"data\":[{\"id\":\"llama\",\"owned_by\":\"llamacpp\"}]}";
    Optional<List<String>> models = Optional.of(List.of("llama"));

    assertThat(probeOfLlamaCpp(list, 200, "{\"total_slots\":4}"))
        .isEqualTo(new Probe.Alive(models, 4));
    assertThat(probeOfLlamaCpp(list, 401, "{}")).isEqualTo(new Probe.Alive(models));
    assertThat(probeOfLlamaCpp(list, 200, "page")).isEqualTo(new Probe.Alive(models));
    assertThat(probeOfLlamaCpp(list, 200, "{\"total_slots\":-1}"))
        .isEqualTo(new Probe.Alive(models));
  }

  private static Probe probeOfLlamaCpp(String list, int status, String props) throws IOException {
    Script script =
        peer -> {
          while (true) {
            boolean isList = peer.readRequest().head().startsWith("GET /v1/models ");
            int code = isList ? 200 : status;
            String body = isList ? list : props;
            peer.send(
                "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(code, body.length(), body));
          }
        };
    return probe(script, Duration.ofSeconds(5));
  }

  @Test
  void endlessListIsNotReadToItsEnd() throws Exception {
    assertThat(probe(200, " ".repeat(5 << 20))).isEqualTo(ALIVE);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405, 301})
  void serverWithoutAListIsAlive(int status) throws Exception {
    assertThat(probe(status, "no")).isEqualTo(ALIVE);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 502, 503, 504})
  void serverThatCannotWorkIsDead(int status) throws Exception {
    assertThat(probe(status, "no"))
        .isEqualTo(new Probe.Dead("GET /models was answered with status " + status, status));
  }

  @Test
  void silentServerIsDead() throws Exception {
    assertThat(probe(peer -> peer.awaitClose(), Duration.ofMillis(200)))
        .isEqualTo(new Probe.Dead("no answer to GET /models in time", 0));
  }

  @Test
  void serverThatClosesIsDead() throws Exception {
    assertThat(probe(_ -> {}, Duration.ofSeconds(5))).isInstanceOf(Probe.Dead.class);
  }
}
