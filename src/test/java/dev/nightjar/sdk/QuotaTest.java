package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchError;
import dev.nightjar.cost.PriceTable;
import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Quotas.Quota;
import dev.nightjar.cost.Terms;
import dev.nightjar.sim.Latency;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of a quota. */
@Tag("server")
class QuotaTest {
  private static final int LINES = 10;

  @TempDir Path folder;

  @Test
  void batchBeyondTheQuotaFailsWithOpenAisCodeAndBeginsWhenOthersHaveEnded() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    long tokens = (Files.size(input) + 3) / 4;
    var quotas = new Quotas(new Quota(tokens, Map.of(), null), Map.of());
    var latency = Latency.parse("latency", "1h");
    try (var fixture =
        ServerFixture.start(
            folder.resolve("data"),
            ServerFixture.sim().withLatency(latency),
            new Terms(PriceTable.NONE, quotas))) {
      Batch running = create(fixture, input);
      awaitRunning(fixture, running);

      Batch refused = fixture.await(create(fixture, input).id());
      fixture.client.batches().cancel(running.id());
      fixture.await(running.id());
      Batch next = create(fixture, input);

      assertThat(refused.status()).isEqualTo(Batch.Status.FAILED);
      BatchError error = refused.errors().orElseThrow().data().orElseThrow().getFirst();
      assertThat(error.code()).hasValue("token_limit_exceeded");
      assertThat(error.message().orElseThrow())
          .startsWith("Enqueued token limit reached for gpt-5 in organization default. Limit: ")
          .endsWith("In use: %d. Needed: %d.".formatted(tokens, tokens));
      awaitRunning(fixture, next);
    }
  }

  private static void awaitRunning(ServerFixture fixture, Batch batch) {
    ServerFixture.awaitThat(() ->
        fixture.client.batches().retrieve(batch.id()).status().equals(Batch.Status.IN_PROGRESS));
  }

  private static Batch create(ServerFixture fixture, Path input) {
    return ServerFixture.create(fixture.client, "/v1/chat/completions", input);
  }
}
