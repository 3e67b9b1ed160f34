package dev.nightjar.cli.files;

import dev.nightjar.batch.BatchError;
import dev.nightjar.cli.client.ProblemLine;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Shell;
import dev.nightjar.validation.InputCheck;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar files validate}. */
@Command(
    name = "validate",
    description =
        "Checks the input of a batch on this machine, as a server would: every problem is a line"
            + " on standard output, 1,000 at the most.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:a server would take it", "1:it has problems, or the command is wrong"},
    footer = {
      "",
      "Example:",
      "  nightjar files validate in.jsonl && nightjar batches create in.jsonl"
    })
final class FilesValidate implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "PATH", description = "Requests, JSONL.")
  Path path = Path.of("");

  @Option(
      names = "--endpoint",
      paramLabel = "PATH",
      description = "Such as /v1/chat/completions (default: the url of the first line).")
  @Nullable String endpoint;

  @Option(
      names = "--mixed-models",
      description = "Allow several models, as a server with mixed_models does.")
  boolean allowsMixedModels;

  @Option(names = "--json", description = "Problems and the summary as JSON lines.")
  boolean isJson;

  private final Shell shell;

  FilesValidate(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    LocalFile.checkReadable(path);
    InputLimits ours = InputLimits.DEFAULTS;
    var limits = new InputLimits(ours.linesMax(), ours.lineBytesMax(), allowsMixedModels);
    try {
      long seed = ThreadLocalRandom.current().nextLong();
      InputCheck.Report report = InputCheck.of(path, endpoint(), limits, seed);
      for (BatchError error : report.errors()) {
        ObjectNode json = json(error);
        shell.out().println(isJson ? json : ProblemLine.of(json));
      }
      summarize(report);
      return report.errors().isEmpty() ? ExitCode.OK : ExitCode.WRONG;
    } catch (IOException e) {
      throw LocalFile.cannotRead(path, e);
    }
  }

  /** A file whose first line has none is checked for what else is wrong with it. */
  private String endpoint() {
    if (endpoint != null) {
      return endpoint;
    }
    try {
      return FirstUrl.of(path);
    } catch (CommandException _) {
      return "/v1/chat/completions";
    }
  }

  private static ObjectNode json(BatchError error) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("line", error.line());
    json.put("code", error.code());
    json.put("message", error.message());
    json.put("param", error.param());
    return json;
  }

  private void summarize(InputCheck.Report report) {
    if (isJson) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("path", path.toString());
      json.put("valid", report.errors().isEmpty());
      json.put("requests", report.requests());
      json.put("bytes", report.bytes());
      json.put("estimated_tokens", report.tokens());
      ObjectNode models = json.putObject("models");
      new TreeMap<>(report.models()).forEach(models::put);
      shell.out().println(json);
      return;
    }
    var models = new ArrayList<String>();
    new TreeMap<>(report.models())
        .forEach((model, lines) ->
            models.add(
                "%s (%s)"
                    .formatted(
                        model.isEmpty() ? "no model" : Human.printable(model),
                        Human.number(lines))));
    shell
        .out()
        .println(
            "%s: %s, %s, %s, about %s tokens, %s"
                .formatted(
                    path,
                    report.errors().isEmpty() ? "valid" : "not valid",
                    Human.count(report.requests(), "request"),
                    Human.bytes(report.bytes()),
                    Human.number(report.tokens()),
                    models.isEmpty() ? "no model" : String.join(", ", models)));
  }
}
