package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.NodeFixture;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.TroubledUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lines get to no upstream that has another model, though it would answer them, whatever becomes of
 * the server or of upstreams meanwhile.
 */
@Tag("server")
@Tag("F2")
class RightModelTest {
  private static final int LINES = 600;
  private static final int IN_FLIGHT = 8;
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path folder;

  private Path lines(String model) throws IOException {
    Path file = folder.resolve(model + ".jsonl");
    var text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append(
          """
          {"custom_id":"%d","method":"POST","url":"/v1/chat/completions","body":{"model":"%s",\
          "messages":[{"role":"user","content":"Question %d"}],"user":"u%d"}}
          """
              .formatted(i, model, i, i));
    }
    return Files.writeString(file, text);
  }

  private NodeFixture open(TroubledUpstream... upstreams) {
    var settings = new ArrayList<UpstreamSettings>();
    for (TroubledUpstream upstream : upstreams) {
      String id = "u" + settings.size();
      settings.add(new UpstreamSettings(id, upstream.url(), null, Set.of(), IN_FLIGHT));
    }
    return NodeFixture.open(folder.resolve("data"), settings, EngineLimits.defaults());
  }

  private static void assertAllAnswered(NodeFixture node, long batch) throws IOException {
    assertThat(node.lines(node.await(batch).outputFileId())).hasSize(LINES);
  }

  @Test
  void killInTheMiddleOfTwoBatchesSendsNoLineToTheOthersUpstream() throws Exception {
    try (var first = TroubledUpstream.start("a", LATENCY);
        var second = TroubledUpstream.start("b", LATENCY)) {
      var batches = new ArrayList<String>();
      try (NightjarProcess server = serve(first, second)) {
        for (String model : List.of("b", "a")) {
          batches.add(
              ServerFixture.create(server.client(), "/v1/chat/completions", lines(model)).id());
        }
        ServerFixture.awaitThat(() -> first.calls() > LINES / 4 && second.calls() > LINES / 4);
        server.kill();
      }
      try (NightjarProcess server = serve(first, second)) {
        for (String batch : batches) {
          var counts = ServerFixture.await(server.client(), batch).requestCounts().orElseThrow();
          assertThat(counts.completed()).isEqualTo(LINES);
        }
      }

      assertThat(first.strays() + second.strays()).isZero();
    }
  }

  private NightjarProcess serve(TroubledUpstream first, TroubledUpstream second)
      throws IOException {
    String data = folder.resolve("data").toString();
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        data,
        "--max-in-flight",
        "" + IN_FLIGHT,
        "--upstream",
        first.url(),
        "--upstream",
        second.url());
  }

  @Test
  void replicaThatIsAwayWhenItIsAskedKeepsItsModelAndGetsNoOther() throws Exception {
    try (var other = TroubledUpstream.start("other", LATENCY);
        var replica = TroubledUpstream.start("m", LATENCY);
        var there = TroubledUpstream.start("m", LATENCY)) {
      other.away(true);
      try (NodeFixture node = open(other, replica, there)) {
        long batch = node.create(lines("m"), DAY);
        ServerFixture.awaitThat(() -> replica.calls() > LINES / 8);

        int before = replica.listings();
        replica.away(true);
        ServerFixture.awaitThat(() -> replica.listings() > before);
        int calls = replica.calls();
        replica.away(false);
        other.away(false);

        ServerFixture.awaitThat(() -> replica.calls() > calls + IN_FLIGHT);
        assertAllAnswered(node, batch);
        assertThat(other.calls() + other.strays() + replica.strays() + there.strays()).isZero();
        assertAllAnswered(node, node.create(lines("other"), DAY));
        assertThat(other.calls()).isEqualTo(LINES);
      }
    }
  }

  @Test
  void upstreamThatIsBackWithAnotherModelGetsNoMoreLinesOfTheOneBefore() throws Exception {
    try (var swapped = TroubledUpstream.start("m", LATENCY);
        var there = TroubledUpstream.start("m", LATENCY);
        NodeFixture node = open(swapped, there)) {
      long batch = node.create(lines("m"), DAY);
      ServerFixture.awaitThat(() -> swapped.calls() > LINES / 8);

      swapped.away(true);
      LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
      swapped.has("other");
      swapped.away(false);

      assertAllAnswered(node, batch);
      assertThat(swapped.strays()).isZero();
      assertAllAnswered(node, node.create(lines("other"), DAY));
      assertThat(swapped.strays() + there.strays()).isZero();
    }
  }
}
