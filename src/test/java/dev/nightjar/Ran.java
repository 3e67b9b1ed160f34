package dev.nightjar;

import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.Json;
import java.util.Map;
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
