package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The log of a server tells the lives of its batches, a line each time. */
@Tag("server")
@Tag("H3")
class ServeLogTest {
  private static final int LINES = 20;
  private static final String SECRET = "what is asked";

  @TempDir Path folder;

  private NightjarProcess serve(SimServer sim, String style) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        folder.resolve("data").toString(),
        "--upstream",
        sim.url(),
        "--log",
        style);
  }

  private String run(OpenAIClient client) throws IOException {
    String secret = ",\"user\":\"" + SECRET + "\"";
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> secret);
    String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
    ServerFixture.await(client, id);
    return id;
  }

  private String runBroken(OpenAIClient client) throws IOException {
    Path input = Files.writeString(folder.resolve("bad.jsonl"), "{\"custom_id\":\"a\"}\n{}\n");
    Batch batch = ServerFixture.create(client, "/v1/chat/completions", input);
    return ServerFixture.await(client, batch.id()).id();
  }

  @Test
  void eachStepOfABatchIsOneLineForPeople() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        NightjarProcess server = serve(sim, "text")) {
      OpenAIClient client = server.client();
      String id = run(client);
      String broken = runBroken(client);
      server.terminate();
      assertThat(server.exitCode()).isZero();

      List<String> lines = server.stderr().lines().toList();
      assertThat(lines.stream().filter(line -> line.contains(id)).map(ServeLogTest::sentence))
          .satisfiesExactly(
              line -> assertThat(line).isEqualTo(id + " of project default was created"),
              line ->
                  assertThat(line)
                      .isEqualTo(id + " begins: 20 lines for /v1/chat/completions of gpt-5"),
              line ->
                  assertThat(line)
                      .matches(
                          id + " is completed: 20 of 20 lines completed, 0 failed, in \\d+ s"));
      assertThat(lines.stream().filter(line -> line.contains(broken)).map(ServeLogTest::sentence))
          .last()
          .asString()
          .startsWith(broken + " failed: line 1: ")
          .contains("(and ");
      assertThat(server.stderr()).doesNotContain(SECRET);
    }
  }

  private static String sentence(String line) {
    return line.substring(line.indexOf("batch_"));
  }

  @Test
  void asJsonEachLineIsAnObjectWithWhatHappened() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        NightjarProcess server = serve(sim, "json")) {
      String id = run(server.client());
      server.terminate();
      assertThat(server.exitCode()).isZero();

      List<JsonNode> all = server.stderr().lines().map(Json::read).toList();
      assertThat(all).allMatch(line -> line.hasNonNull("time") && line.hasNonNull("message"));
      assertThat(all)
          .extracting(line -> line.path("event").asString(""))
          .contains("server.started", "server.stopping");
      assertThat(all)
          .filteredOn(line -> line.path("batch").asString("").equals(id))
          .extracting(line -> line.path("event").asString(), line -> line.path("lines").asLong(0))
          .containsExactly(
              tuple("batch.created", 0L), tuple("batch.begun", 20L), tuple("batch.ended", 20L));
      assertThat(all.stream().filter(line -> line.path("event").asString("").equals("batch.ended")))
          .singleElement()
          .satisfies(end -> {
            assertThat(end.path("status").asString()).isEqualTo("completed");
            assertThat(end.path("completed").asLong()).isEqualTo(LINES);
            assertThat(end.path("failed").asLong()).isZero();
            assertThat(end.path("project").asString()).isEqualTo("default");
            assertThat(end.path("model").asString()).isEqualTo("gpt-5");
          });
      assertThat(server.stderr()).doesNotContain(SECRET);
    }
  }

  @Test
  void upstreamThatIsPausedIsSaidAndThatItGoesOn() throws Exception {
    SimServer sim = SimServer.start(ServerFixture.sim());
    try (NightjarProcess server = serve(sim, "json")) {
      OpenAIClient client = server.client();
      int port = URI.create(sim.url()).getPort();
      sim.close();
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
      String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> !changes(server).isEmpty());
      try (SimServer _ = SimServer.start(ServerFixture.sim().withPort(port))) {
        ServerFixture.await(client, id);
      }

      assertThat(changes(server).getFirst()).contains("upstream-1", "is paused: ");
      assertThat(changes(server).getLast()).contains("upstream-1").doesNotContain("is paused");
    }
  }

  private static List<String> changes(NightjarProcess server) {
    try {
      return server
          .stderr()
          .lines()
          .filter(line -> line.contains("\"upstream.changed\""))
          .map(line -> Json.read(line).path("message").asString())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void unknownStyleIsRefusedInASentence() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        NightjarProcess server = serve(sim, "xml")) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.stderr().strip()).isEqualTo("nightjar: log is 'xml'; it is text or json");
    }
  }
}
