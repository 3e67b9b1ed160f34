package dev.nightjar;

import dev.nightjar.config.CallSettings;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.run.LocalRun;
import dev.nightjar.run.RunRequest;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** A command that was run in this process, and what it printed. */
public record Ran(int code, String out, String err) {
  public static Ran nightjar(String... arguments) {
    return nightjar(Map.of(), false, arguments);
  }

  public static Ran nightjar(
      Map<String, String> environment, boolean isTerminal, String... arguments) {
    var shells = new Shells();
    int code = commandLine(shells.shell(environment, isTerminal)).execute(arguments);
    return new Ran(code, shells.out(), shells.err());
  }

  /** {@code nightjar run}, which nobody stops; it prints nothing on standard output. */
  public static Ran localRun(Path input, Path output, UpstreamSettings upstream)
      throws IOException {
    return localRun(input, output, null, upstream);
  }

  /** Of those lines only that are in this file of errors. */
  public static Ran localRun(
      Path input, Path output, @Nullable Path only, UpstreamSettings upstream) throws IOException {
    Path errors = LocalFile.errorsBeside(output);
    Duration timeout = CallSettings.DEFAULT.requestTimeout();
    var request =
        new RunRequest(input, output, errors, only, null, List.of(upstream), 16, timeout, null);
    var err = new ByteArrayOutputStream();
    int code =
        new LocalRun(
                request,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new CompletableFuture<>(),
                (state, upstreams, limits) ->
                    LocalEngine.open(
                        state, upstreams, new LocalEngine.Limits(limits, DiskFreeMin.NONE)))
            .run();
    return new Ran(code, "", err.toString(StandardCharsets.UTF_8));
  }

  /** {@link Main}'s, which is the wiring's own. */
  public static CommandLine commandLine(Shell shell) {
    return Main.commandLine(shell);
  }

  public JsonNode json() {
    return Json.read(out);
  }

  public String id() {
    return json().path("id").asString();
  }
}
