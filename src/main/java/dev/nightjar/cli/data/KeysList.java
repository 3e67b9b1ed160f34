package dev.nightjar.cli.data;

import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nightjar keys list}. */
@Command(
    name = "list",
    description = "Shows all keys but not their text: a table on a terminal, JSON lines in a pipe.",
    mixinStandardHelpOptions = true)
final class KeysList implements Callable<Integer> {
  @Mixin OutputOptions outputOptions = new OutputOptions();
  @Mixin DataOption data = new DataOption();

  private final Shell shell;
  private final DirectoryKeys keys;

  KeysList(Shell shell, DirectoryKeys keys) {
    this.shell = shell;
    this.keys = keys;
  }

  @Override
  public Integer call() {
    var all = keys.list(data.path(shell.environment())).stream().map(KeyView::json).toList();
    outputOptions.show(shell, KeyView.COLUMNS, all, key -> KeyView.row(key, shell.zone()));
    return ExitCode.OK;
  }
}
