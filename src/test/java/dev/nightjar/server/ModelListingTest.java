package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines go to the upstreams that have their model, whatever happens to the server or to them. */
@Tag("server")
@Tag("K4")
@Order(1)
class ModelListingTest {
  /** So many that they last longer than it takes until an upstream is asked again. */
  private static final int LINES = 2_000;

  private static final int FEW = 1_000;
  private static final String MODEL = "gpt-5";

  @TempDir Path folder;

  private static SimServer sim(String model) {
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "40ms"));
    return SimServer.start(options.withModels(Set.of(model)));
  }

  private NightjarProcess serve(SimServer first, SimServer second) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        folder.resolve("data").toString(),
        "--max-in-flight",
        "16",
        "--upstream",
        first.url(),
        "--upstream",
        second.url());
  }

  private String create(NightjarProcess server, int lines) throws IOException {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), lines, _ -> "");
    return ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
  }

  private static void assertAllSucceed(NightjarProcess server, String id, int lines)
      throws IOException {
    Batch batch = ServerFixture.await(server.client(), id);
    assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(lines);
  }

  @Test
  void afterARestartNoLineGoesToAnUpstreamWithoutItsModel() throws Exception {
    try (SimServer other = sim("other");
        SimServer right = sim(MODEL)) {
      String id;
      try (NightjarProcess server = serve(other, right)) {
        id = create(server, FEW);
        ServerFixture.awaitThat(() -> right.counters().answered() > FEW / 4);
        server.kill();
      }

      try (NightjarProcess server = serve(other, right)) {
        assertAllSucceed(server, id, FEW);
      }

      assertThat(other.counters().received()).isZero();
    }
  }

  @Test
  void replicaThatIsAwayAtTheStartGetsLinesOnceItIsBackThoughNobodyAsksForModels()
      throws Exception {
    try (SimServer away = sim(MODEL);
        SimServer there = sim(MODEL)) {
      away.setDown(true);
      try (NightjarProcess server = serve(away, there)) {
        String id = create(server, LINES);
        ServerFixture.awaitThat(() -> there.counters().answered() > LINES / 20);

        away.setDown(false);

        assertAllSucceed(server, id, LINES);
        assertThat(away.counters().answered()).isPositive();
      }
    }
  }

  @Test
  void replicaThatIsAwayForAWhileKeepsItsPlace() throws Exception {
    try (SimServer away = sim(MODEL);
        SimServer there = sim(MODEL)) {
      try (NightjarProcess server = serve(away, there)) {
        String id = create(server, LINES);
        ServerFixture.awaitThat(() -> away.counters().answered() > LINES / 20);

        away.setDown(true);
        long before = there.counters().answered();
        ServerFixture.awaitThat(() -> there.counters().answered() > before + LINES / 20);
        long answered = away.counters().answered();
        away.setDown(false);

        ServerFixture.awaitThat(() -> away.counters().answered() > answered);
        assertAllSucceed(server, id, LINES);
      }
    }
  }
}
