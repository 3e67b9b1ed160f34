package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an answer has said is there for the next request, whoever sends it. */
@Tag("full")
class ReadAfterWriteTest {
  /** {@code -Drounds=10000} for the long run. */
  private static final int ROUNDS = Integer.getInteger("rounds", 300);

  private static final int CLIENTS = 8;

  @TempDir Path folder;

  @Test
  void whatIsCreatedIsThereAndWhatIsCompletedCanBeRead() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 1, _ -> "");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim());
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      OpenAIClient reader = ServerFixture.client(fixture.server.port());
      var left = new AtomicInteger(ROUNDS);
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(clients.submit(rounds(fixture.client, reader, input, left)));
      }
      for (Future<?> client : running) {
        client.get();
      }
      reader.close();
    }
  }

  private static Callable<Void> rounds(
      OpenAIClient writer, OpenAIClient reader, Path input, AtomicInteger left) {
    return () -> {
      while (left.getAndDecrement() > 0) {
        round(writer, reader, input);
      }
      return null;
    };
  }

  private static void round(OpenAIClient writer, OpenAIClient reader, Path input) {
    FileObject file =
        writer
            .files()
            .create(FileCreateParams.builder().purpose(FilePurpose.BATCH).file(input).build());
    assertThat(reader.files().retrieve(file.id())).isEqualTo(file);
    Batch batch =
        writer
            .batches()
            .create(
                BatchCreateParams.builder()
                    .inputFileId(file.id())
                    .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                    .completionWindow(BatchCreateParams.CompletionWindow._24H)
                    .build());
    assertThat(reader.batches().retrieve(batch.id()).inputFileId()).isEqualTo(file.id());
    assertThat(reader.batches().list(BatchListParams.builder().limit(100).build()).data())
        .extracting(Batch::id)
        .contains(batch.id());
    Batch completed = ServerFixture.await(writer, batch.id());
    assertThat(completed.status()).isEqualTo(Batch.Status.COMPLETED);
    String output = completed.outputFileId().orElseThrow();
    assertThat(reader.files().retrieve(output).bytes()).isPositive();
    assertThat(ServerFixture.lines(reader, output)).hasSize(1);
    assertThat(reader.batches().retrieve(batch.id())).isEqualTo(completed);
  }
}
