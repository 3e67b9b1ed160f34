package dev.nightjar.cli;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Money;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code nightjar quota}. */
@Command(
    name = "quota",
    description = "Shows what the project has queued and spent, and what it may.",
    mixinStandardHelpOptions = true)
public final class QuotaCommand implements Callable<Integer> {
  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  public QuotaCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      JsonNode quota = client.get("/quota");
      outputOptions.show(shell, quota, QuotaCommand::pairs);
    }
    return ExitCode.OK;
  }

  private static List<List<String>> pairs(JsonNode quota) {
    var pairs = new ArrayList<List<String>>();
    pairs.add(List.of("project", quota.path("project_id").asString("-")));
    JsonNode budget = quota.path("monthly_budget");
    pairs.add(
        List.of(
            "spent this month",
            "%s %s of %s"
                .formatted(
                    Money.text(budget.path("spent").decimalValue()),
                    budget.path("currency").asString(""),
                    budget.path("limit").isNumber()
                        ? Money.text(budget.path("limit").decimalValue())
                        : "any amount")));
    for (JsonNode model : quota.path("enqueued_tokens")) {
      pairs.add(
          List.of(
              "queued for " + model.path("model").asString("several models"),
              "%s tokens of %s"
                  .formatted(
                      Human.number(model.path("used")),
                      model.path("limit").isNumber()
                          ? Human.number(model.path("limit"))
                          : "any number")));
    }
    return pairs;
  }
}
