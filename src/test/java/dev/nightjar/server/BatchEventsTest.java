package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.NodeFixture;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.BatchEvents.BatchEvent;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those who joined are told of batches. */
@Tag("server")
class BatchEventsTest {
  @TempDir private Path folder;
  private SimServer sim;
  private NodeFixture node;
  private final List<BatchStatus> told = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    sim = SimServer.start(ServerFixture.sim());
    node = NodeFixture.open(folder.resolve("data"), sim.url(), EngineLimits.defaults());
  }

  @AfterEach
  void stop() {
    node.close();
    sim.close();
  }

  private void tell(BatchEvent event) {
    switch (event) {
      case BatchEvent.Changed changed -> told.add(changed.batch().status());
    }
  }

  /** The end is stored a moment before it is told. */
  private void runToItsEnd(Path input) throws IOException {
    node.create(input, Duration.ofHours(1));
    ServerFixture.awaitThat(() -> told.stream().anyMatch(BatchStatus::isTerminal));
  }

  @Test
  void eachStatusIsToldOnceItIsStored() throws Exception {
    node.engine().batchEvents().join(this::tell);
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 16, _ -> "");

    runToItsEnd(input);

    assertThat(told)
        .containsExactly(BatchStatus.VALIDATING, BatchStatus.IN_PROGRESS, BatchStatus.COMPLETED);
  }

  @Test
  void endOfABatchThatIsInvalidIsTold() throws Exception {
    node.engine().batchEvents().join(this::tell);
    Path input = Files.writeString(folder.resolve("in.jsonl"), "not json\n");

    runToItsEnd(input);

    assertThat(told).containsExactly(BatchStatus.VALIDATING, BatchStatus.FAILED);
  }

  @Test
  void whoeverThrowsKeepsNothingFromOthersNorFromTheEngine() throws Exception {
    node.engine()
        .batchEvents()
        .join(_ -> {
          throw new IllegalStateException("a mistake");
        });
    node.engine().batchEvents().join(this::tell);
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 16, _ -> "");

    runToItsEnd(input);

    assertThat(told).contains(BatchStatus.COMPLETED);
  }
}
