package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official client repeats a creation whose answer was lost, and sends no idempotency key. */
@Tag("server")
class DroppedReplyTest {
  @TempDir private Path directory;

  @Test
  void clientWhoseReplyWasLostGetsTheBatchThatItHasCreated() throws Exception {
    try (var api = new TestApi(directory);
        var proxy = new LosingProxy(api.port, 2)) {
      OpenAIClient client = client(proxy.port());

      Batch batch = client.batches().create(params("file-a"));

      assertThat(proxy.lost.get()).as("replies lost").isEqualTo(2);
      assertThat(api.runner.created())
          .extracting(created -> created.id().value())
          .containsExactly(batch.id());
      assertThat(client.batches().list().data()).hasSize(1);
      assertThat(client.batches().create(params("file-a")).id())
          .as("the same once more, on purpose")
          .isNotEqualTo(batch.id());
      client.close();
    }
  }

  private static BatchCreateParams params(String file) {
    return BatchCreateParams.builder()
        .inputFileId(file)
        .endpoint(BatchCreateParams.Endpoint.V1_RESPONSES)
        .completionWindow(BatchCreateParams.CompletionWindow._24H)
        .build();
  }

  private static OpenAIClient client(int port) {
    return OpenAIOkHttpClient.builder()
        .baseUrl("http://127.0.0.1:" + port + "/v1")
        .apiKey("any")
        .responseValidation(true)
        .build();
  }

  /** Passes requests on, and closes the first connections when their answer comes. */
  private static final class LosingProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final AtomicInteger lost = new AtomicInteger();
    private final int target;
    private final int toLose;

    LosingProxy(int target, int toLose) throws IOException {
      this.target = target;
      this.toLose = toLose;
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return listener.getLocalPort();
    }

    private void accept() {
      while (!listener.isClosed()) {
        try {
          Socket client = listener.accept();
          Thread.ofVirtual().start(() -> serve(client));
        } catch (IOException _) {
          return; // Closed: the test is over.
        }
      }
    }

    private void serve(Socket client) {
      try (client;
          var server = new Socket(InetAddress.getLoopbackAddress(), target)) {
        Thread.ofVirtual().start(() -> pass(client, server));
        byte[] answer = new byte[8_192];
        int count = server.getInputStream().read(answer);
        String text = new String(answer, 0, Math.max(count, 0), StandardCharsets.ISO_8859_1);
        if (lost.get() < toLose && text.startsWith("HTTP/1.1 200")) {
          lost.incrementAndGet();
          return;
        }
        client.getOutputStream().write(answer, 0, count);
        server.getInputStream().transferTo(client.getOutputStream());
      } catch (IOException _) {
        // Either side is gone.
      }
    }

    private static void pass(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException _) {
        // Either side is gone.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
