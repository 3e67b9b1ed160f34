package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.RunningServer;
import dev.nightjar.config.ClientTls;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Peer;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.upstream.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With nothing said of how many calls at a time an upstream bears. */
@Tag("server")
@Tag("G1")
class FoundSlotsTest {
  private static final long STAY_MILLIS = 300;
  private static final String ANSWER = json("{\"object\":\"chat.completion\"}");

  @TempDir Path folder;

  /** An engine of so many slots; what is more waits for its turn. */
  private static final class SlottedEngine {
    private final Semaphore slots;
    private final String listing;
    private final String props;
    private final int lines;
    private long sinceMillis;
    private long atMillis;
    private long busyMillis;
    private int busy;
    private int begun;
    private int inside;
    private int most;

    SlottedEngine(int slots, int lines, String owner, String props) {
      this.slots = new Semaphore(slots, true);
      this.lines = lines;
      this.listing = json("{\"data\":[{\"id\":\"gpt-5\",\"owned_by\":\"%s\"}]}".formatted(owner));
      this.props = json(props);
    }

    void play(Peer peer) throws IOException, InterruptedException {
      while (true) {
        String head = peer.readRequest().head();
        if (head.startsWith("POST")) {
          work();
          peer.send(ANSWER);
        } else {
          peer.send(head.startsWith("GET /props") ? props : listing);
        }
      }
    }

    private void work() throws InterruptedException {
      note(0, 1);
      slots.acquire();
      note(1, 0);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STAY_MILLIS));
      note(-1, -1);
      slots.release();
    }

    /** Slots are told of from {@code sinceMillis} on, while there are lines for them. */
    private synchronized void note(int more, int arrived) {
      long now = System.nanoTime() / 1_000_000;
      sinceMillis = sinceMillis == 0 ? now : sinceMillis;
      if (begun < lines) {
        busyMillis += busy * (now - Math.max(atMillis, sinceMillis));
        atMillis = now;
      }
      busy += more;
      begun += more > 0 ? 1 : 0;
      inside += arrived;
      most = Math.max(most, inside);
    }

    /** Of its slots, from the start until the last line was begun. */
    synchronized double used(int slotCount) {
      return (double) busyMillis / (atMillis - sinceMillis) / slotCount;
    }

    synchronized int most() {
      return most;
    }
  }

  /**
   * 25 stays and what it takes to find them: two stays for each doubling, in which half is used.
   */
  @ParameterizedTest(name = "{0} slots")
  @CsvSource({"4, 100", "16, 400", "64, 1600"})
  void slotsOfAnEngineAreFoundOut(int slots, int lines) throws Exception {
    var engine = new SlottedEngine(slots, lines, "vllm", "{}");

    run(engine, lines);

    assertThat(engine.used(slots)).as("used").isGreaterThan(0.8);
    assertThat(engine.most()).as("calls at a time").isLessThanOrEqualTo(4 * Math.max(8, slots));
  }

  @Test
  void llamaCppTellsHowManySlotsItHas() throws Exception {
    var engine = new SlottedEngine(3, 60, "llamacpp", "{\"total_slots\":3}");

    run(engine, 60);

    assertThat(engine.most()).isEqualTo(3);
    assertThat(engine.used(3)).isGreaterThan(0.9);
  }

  private void run(SlottedEngine engine, int lines) throws Exception {
    try (var upstream = ScriptedServer.playing(engine::play);
        var server =
            RunningServer.start(
                ServerFixture.settings(folder.resolve("data"), settings(upstream)))) {
      var client = ServerFixture.client(server.port());
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), lines, _ -> "");
      String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
      var batch = ServerFixture.await(client, id);

      assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(lines);
    }
  }

  private static UpstreamSettings settings(ScriptedServer engine) {
    String url = engine.url("http", "").toString();
    return new UpstreamSettings(
        "engine",
        url,
        null,
        Set.of(),
        256,
        true,
        Preset.NONE,
        null,
        null,
        Map.of(),
        ClientTls.DEFAULT);
  }

  private static String json(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(body.length(), body);
  }
}
