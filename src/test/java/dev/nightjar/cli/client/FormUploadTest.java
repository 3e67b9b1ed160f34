package dev.nightjar.cli.client;

import static dev.nightjar.cli.client.StubApi.answer;
import static dev.nightjar.cli.client.StubApi.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.terminal.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upload sends. */
class FormUploadTest {
  private static final String FILE = "{\"id\":\"file-a\"}";

  @TempDir Path folder;

  @Test
  void wholeFormIsSentAgainAfterAFailure() throws IOException {
    Path path = Files.writeString(folder.resolve("a\"b.jsonl"), "{}\n{}\n");
    try (var stub = new StubApi(answer(503, "", "retry-after-ms: 1"), answer(200, FILE));
        ApiClient client = stub.client()) {
      var file =
          new FormUpload(stub.shell, path.toString(), "batch", Duration.ofDays(7)).send(client);

      assertThat(file.path("id").asString()).isEqualTo("file-a");
      assertThat(stub.server.received())
          .hasSize(2)
          .allSatisfy(request ->
              assertThat(request.body())
                  .contains("name=\"purpose\"\r\n\r\nbatch\r\n")
                  .contains("name=\"expires_after[seconds]\"\r\n\r\n604800\r\n")
                  .contains("name=\"file\"; filename=\"a%22b.jsonl\"\r\n")
                  .contains("\r\n\r\n{}\n{}\n\r\n--"));
      assertThat(stub.sent("x-stainless-retry-count")).containsExactly("0", "1");
    }
  }

  @Test
  void standardInputIsSentOnce() throws IOException {
    try (var stub = new StubApi(answer(503, error("busy"), "retry-after-ms: 1"));
        ApiClient client = stub.client()) {
      var upload = new FormUpload(stub.shell, "-", "batch", null);

      var failure = catchThrowableOfType(CommandException.class, () -> upload.send(client));

      assertThat(failure.sentence()).startsWith("busy");
      assertThat(stub.server.connections()).isEqualTo(1);
    }
  }

  @Test
  void pathWithoutAFileIsSaidBeforeAnythingIsSent() throws IOException {
    try (var stub = new StubApi(answer(200, FILE));
        ApiClient client = stub.client()) {
      var upload = new FormUpload(stub.shell, folder.resolve("none").toString(), "batch", null);

      var failure = catchThrowableOfType(CommandException.class, () -> upload.send(client));

      assertThat(failure.sentence()).startsWith("there is no file ");
      assertThat(stub.server.connections()).isZero();
    }
  }
}
