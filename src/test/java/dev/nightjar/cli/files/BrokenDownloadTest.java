package dev.nightjar.cli.files;

import static dev.nightjar.cli.client.StubApi.answer;
import static dev.nightjar.cli.client.StubApi.cut;
import static dev.nightjar.cli.client.StubApi.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ContentDownload;
import dev.nightjar.cli.client.StubApi;
import dev.nightjar.terminal.CommandException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads over connections that break. */
class BrokenDownloadTest {
  private static final String TAG = "ETag: \"file-a\"";

  @TempDir Path folder;
  private Path out = Path.of("");
  private Path part = Path.of("");

  @BeforeEach
  void name() {
    out = folder.resolve("out.jsonl");
    part = folder.resolve("out.jsonl.file-a.part");
  }

  private long save(StubApi stub) {
    try (ApiClient client = stub.client()) {
      return FilesContent.save(stub.shell, client, "file-a", out);
    }
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  private CommandException failureOf(StubApi stub) {
    return catchThrowableOfType(CommandException.class, () -> save(stub));
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void goesOnWhereTheConnectionBroke() throws IOException {
    try (var stub =
        new StubApi(
            cut(200, 10, "0123", TAG),
            cut(206, 7, "34", TAG, "Content-Range: bytes 3-9/10"),
            answer(206, "456789", TAG, "Content-Range: bytes 4-9/10"))) {
      assertThat(save(stub)).isEqualTo(10);

      assertThat(out).hasContent("0123456789");
      assertThat(names()).containsExactly("out.jsonl");
      assertThat(stub.sent("range")).containsExactly("none", "bytes=3-", "bytes=4-");
      assertThat(stub.sent("if-range")).containsExactly("none", "\"file-a\"", "\"file-a\"");
    }
  }

  @Test
  void goesOnWithWhatAnEarlierProcessLeft() throws IOException {
    Files.writeString(part, "01234");
    try (var stub = new StubApi(answer(206, "456789", TAG, "Content-Range: bytes 4-9/10"))) {
      assertThat(save(stub)).isEqualTo(10);

      assertThat(out).hasContent("0123456789");
      assertThat(stub.sent("range")).containsExactly("bytes=4-");
      assertThat(stub.shells.err()).contains("going on at 5 B");
    }
  }

  @Test
  void passesOverWhatAServerWithoutRangesSendsAgain() throws IOException {
    try (var stub = new StubApi(cut(200, 10, "0123", TAG), answer(200, "0123456789", TAG))) {
      assertThat(save(stub)).isEqualTo(10);

      assertThat(out).hasContent("0123456789");
    }
  }

  @Test
  void neverJoinsTwoFiles() throws IOException {
    try (var stub =
        new StubApi(cut(200, 10, "0123", TAG), answer(200, "abcdefghij", "ETag: \"other\""))) {
      assertThat(failureOf(stub).sentence()).contains("changed while it was downloaded");

      assertThat(out).doesNotExist();
    }
  }

  @Test
  void neverLeavesAHole() throws IOException {
    try (var stub =
        new StubApi(
            cut(200, 10, "0123", TAG), answer(206, "6789", TAG, "Content-Range: bytes 6-9/10"))) {
      assertThat(failureOf(stub).sentence()).contains("leaves out a part");

      assertThat(out).doesNotExist();
    }
  }

  @Test
  void givesUpWhenNothingComesAndKeepsWhatThereIs() throws IOException {
    try (var stub =
        new StubApi(
            cut(200, 10, "0123", TAG),
            peer -> {
              var _ = peer.readRequest();
              peer.reset();
            })) {
      assertThat(failureOf(stub).exitCode()).isEqualTo(6);

      assertThat(out).doesNotExist();
      assertThat(part).hasContent("0123");
    }
  }

  @Test
  void fileThatIsNotThereLeavesNothing() throws IOException {
    try (var stub = new StubApi(answer(404, error("No such File object: file-a")))) {
      assertThat(failureOf(stub).sentence()).isEqualTo("No such File object: file-a");

      assertThat(names()).isEmpty();
    }
  }

  @Test
  void twoProcessesDoNotWriteTheSameFile() throws IOException {
    try (var stub = new StubApi(answer(200, "0123", TAG));
        PartFile other = PartFile.goOn(out, "file-a")) {
      assertThat(other.length()).isZero();
      assertThat(failureOf(stub).sentence()).contains("is being written by another process");
    }
  }

  @Test
  void sinkThatFailsIsNotTheServersFault() throws IOException {
    OutputStream full = failing("full");
    try (var stub = new StubApi(answer(200, "0123", TAG));
        ApiClient client = stub.client()) {
      var download = new ContentDownload(stub.shell, "file-a", full, 0);

      var failure = catchThrowableOfType(CommandException.class, () -> download.run(client));

      assertThat(failure.exitCode()).isEqualTo(1);
      assertThat(failure.sentence()).isEqualTo("the file cannot be written: full");
      assertThat(stub.server.connections()).isEqualTo(1);
    }
  }

  @Test
  void readerThatHasEnoughEndsItWithoutAWord() throws IOException {
    OutputStream closed = failing("Broken pipe");
    try (var stub = new StubApi(answer(200, "0123", TAG));
        ApiClient client = stub.client()) {
      var download = new ContentDownload(stub.shell, "file-a", closed, 0);

      var failure = catchThrowableOfType(CommandException.class, () -> download.run(client));

      assertThat(failure.exitCode()).isEqualTo(141);
      assertThat(failure.sentence()).isEmpty();
    }
  }
}
