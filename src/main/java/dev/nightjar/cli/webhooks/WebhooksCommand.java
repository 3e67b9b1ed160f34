package dev.nightjar.cli.webhooks;

import dev.nightjar.terminal.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code nightjar webhooks}. */
@Command(
    name = "webhooks",
    description =
        "Creates and deletes webhook endpoints of a server, and shows what they were sent.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class WebhooksCommand {
  private WebhooksCommand() {}

  /** With its commands. */
  public static CommandLine in(Shell shell) {
    return new CommandLine(new WebhooksCommand())
        .addSubcommand(new WebhooksCreate(shell))
        .addSubcommand(new WebhooksList(shell))
        .addSubcommand(new WebhooksEnable(shell))
        .addSubcommand(new WebhooksRotate(shell))
        .addSubcommand(new WebhooksDelete(shell))
        .addSubcommand(new WebhooksDeliveries(shell))
        .addSubcommand(new WebhooksReplay(shell));
  }
}
