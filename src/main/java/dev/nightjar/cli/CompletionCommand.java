package dev.nightjar.cli;

import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Shell;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code nightjar completion}. */
@Command(
    name = "completion",
    description = "Prints a script that lets bash or zsh complete commands and options.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  source <(nightjar completion)",
      "  nightjar completion > ~/.local/share/bash-completion/completions/nightjar"
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private CommandSpec spec = CommandSpec.create();

  public CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    shell.out().print(AutoComplete.bash("nightjar", spec.root().commandLine()));
    shell.out().flush();
    return ExitCode.OK;
  }
}
