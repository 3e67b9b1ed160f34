package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Script;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose upstream lists its models and gives nothing ends, and goes on when that is over. */
@Tag("server")
@Tag("F1")
@Tag("G1")
class RunPatienceTest {
  private static final int LINES = 40;

  @TempDir Path folder;
  private Path input;
  private final AtomicBoolean isWell = new AtomicBoolean();

  @BeforeEach
  void writeInput() throws IOException {
    input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
  }

  private Script answering(String status, String body) {
    return peer -> {
      while (true) {
        boolean isList = peer.readRequest().head().startsWith("GET");
        peer.send(
            isList || isWell.get()
                ? answer("200 OK", "{\"data\":[{\"id\":\"gpt-5\"}],\"choices\":[]}")
                : answer(status, body));
      }
    };
  }

  private static String answer(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, body.length(), body);
  }

  private Path output() {
    return folder.resolve("out.jsonl");
  }

  private NightjarProcess run(ScriptedServer upstream, String... more) throws IOException {
    var arguments = new ArrayList<>(List.of("run", input.toString(), "-o"));
    arguments.add(output().toString());
    arguments.addAll(List.of("--upstream", upstream.url("http", "/v1").toString()));
    arguments.addAll(List.of(more));
    return NightjarProcess.start(folder, arguments.toArray(String[]::new));
  }

  @Test
  void loginPageEndsItSoonWithTheUpstreamsWordsAndTheSameCommandGoesOn() throws Exception {
    String page = "<html><head><title>Sign in to Acme</title></head></html>";
    try (var upstream = ScriptedServer.playing(answering("200 OK", page))) {
      long begun = System.nanoTime();
      try (var ended = run(upstream)) {
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(6);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
        assertThat(ended.stderr()).contains("Sign in to Acme", "given up", "goes on from here");
      }

      isWell.set(true);
      try (var went = run(upstream)) {
        assertThat(went.exitCode()).as(went.stderr()).isZero();
      }
      assertThat(Files.readAllLines(folder.resolve("out.jsonl"))).hasSize(LINES);
    }
  }

  @Test
  void upstreamThatIsBrokenIsWaitedForAsLongAsIsAskedFor() throws Exception {
    String body = "{\"error\":{\"message\":\"CUDA out of memory\",\"code\":500}}";
    try (var upstream = ScriptedServer.playing(answering("500 No", body))) {
      try (var ended = run(upstream, "--wait-for-upstream", "4s")) {
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(6);
        assertThat(ended.stderr()).contains("CUDA out of memory", "given up");
      }
    }
  }

  @Test
  void serverThatStartsLaterIsWaitedFor() throws Exception {
    isWell.set(true);
    var port = new DeadPort();
    String[] command = {
      "run", input.toString(), "-o", output().toString(), "--upstream", port.url()
    };
    try (var run = NightjarProcess.start(folder, command)) {
      ServerFixture.awaitThat(() -> stderr(run).contains("connect"));
      port.close();
      try (var _ = ScriptedServer.playingOver(at(port.port()), answering("", ""))) {
        assertThat(run.exitCode()).as(run.stderr()).isZero();
      }
    }
    assertThat(Files.readAllLines(output())).hasSize(LINES);
  }

  private static String stderr(NightjarProcess run) {
    try {
      return run.stderr();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServerSocketFactory at(int port) {
    return new ServerSocketFactory() {
      @Override
      public ServerSocket createServerSocket(int any, int backlog, InetAddress address)
          throws IOException {
        return new ServerSocket(port, backlog, address);
      }

      @Override
      public ServerSocket createServerSocket(int any) throws IOException {
        return new ServerSocket(port);
      }

      @Override
      public ServerSocket createServerSocket(int any, int backlog) throws IOException {
        return new ServerSocket(port, backlog);
      }
    };
  }

  @Test
  @Tag("full")
  void refusedKeyEndsItWithinAMinute() throws Exception {
    String body = "{\"error\":{\"message\":\"no access to this model\"}}";
    try (var upstream = ScriptedServer.playing(answering("403 No", body))) {
      long begun = System.nanoTime();
      try (var ended = run(upstream)) {
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(5);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(70));
        assertThat(ended.stderr()).contains("no access to this model");
      }
    }
  }
}
