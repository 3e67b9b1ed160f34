package dev.nightjar.cli.client;

import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A server that answers as a test says, a shell before it, and a client of it. */
public final class StubApi implements AutoCloseable {
  public final ScriptedServer server;
  public final Shells shells = new Shells();
  public final Shell shell;

  /** The first request gets the first answer and so on; the last one is for all that follow. */
  public StubApi(Script... answers) throws IOException {
    server = ScriptedServer.playing(answers);
    shell = shells.shell(Map.of("OPENAI_BASE_URL", server.url("http", "/v1").toString()), false);
  }

  public ApiClient client() {
    return new ClientOptions().client(shell);
  }

  /** One answer on a connection of its own; {@code headers} are whole lines. */
  public static Script answer(int status, String body, String... headers) {
    return cut(status, body.getBytes(StandardCharsets.UTF_8).length, body, headers);
  }

  /** An answer that promises {@code length} bytes, and ends after those of {@code body}. */
  public static Script cut(int status, int length, String body, String... headers) {
    String more = String.join("", List.of(headers).stream().map(line -> line + "\r\n").toList());
    return peer -> {
      var _ = peer.readRequest();
      peer.send(
          "HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s"
              .formatted(status, length, more, body));
    };
  }

  public static String error(String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"x\",\"param\":null,\"code\":null}}"
        .formatted(message);
  }

  /** The value of a header in each request, in their order. */
  public List<String> sent(String header) {
    return server.received().stream()
        .map(request ->
            request
                .head()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(header + ":"))
                .findFirst()
                .map(line -> line.substring(header.length() + 1).strip())
                .orElse("none"))
        .toList();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
