package dev.nightjar.http;

import dev.nightjar.api.accounts.Accounts.ModelTokens;
import dev.nightjar.api.accounts.Accounts.QuotaView;
import dev.nightjar.api.accounts.Estimates.Estimate;
import dev.nightjar.api.accounts.UsageReport;
import dev.nightjar.api.accounts.UsageReport.Sum;
import dev.nightjar.cost.Cost;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Usage, costs and quotas as the API shows them. */
final class AccountJson {
  private AccountJson() {}

  static ObjectNode tokens(UsageReport report) {
    return page(report, AccountJson::tokens);
  }

  static ObjectNode money(UsageReport report) {
    return page(report, AccountJson::money);
  }

  private static ObjectNode page(UsageReport report, Function<Sum, ObjectNode> result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "page");
    ArrayNode data = json.putArray("data");
    for (UsageReport.Day day : report.days()) {
      ObjectNode bucket = data.addObject();
      bucket.put("object", "bucket");
      bucket.put("start_time", seconds(day.day()));
      bucket.put("end_time", seconds(day.day().plusDays(1)));
      ArrayNode results = bucket.putArray("results");
      day.sums().forEach(sum -> results.add(result.apply(sum)));
    }
    json.put("has_more", report.nextPage() != null);
    json.put("next_page", report.nextPage());
    return json;
  }

  private static ObjectNode tokens(Sum sum) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "organization.usage.completions.result");
    json.put("input_tokens", sum.usage().input());
    json.put("input_cached_tokens", sum.usage().cached());
    json.put("output_tokens", sum.usage().output());
    json.put("input_audio_tokens", 0);
    json.put("output_audio_tokens", 0);
    json.put("num_model_requests", sum.requests());
    json.put("project_id", sum.project());
    json.putNull("user_id");
    json.putNull("api_key_id");
    json.put("model", sum.model());
    json.put("batch", true);
    return json;
  }

  private static ObjectNode money(Sum sum) {
    Cost cost = Objects.requireNonNull(sum.cost());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "organization.costs.result");
    ObjectNode amount = json.putObject("amount");
    amount.put("value", cost.batch());
    amount.put("currency", cost.currency().toLowerCase(Locale.ROOT));
    json.put("line_item", sum.model());
    json.put("project_id", sum.project());
    json.putObject("nightjar").set("cost", CostJson.of(cost));
    return json;
  }

  static ObjectNode of(QuotaView quota) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "quota");
    json.put("project_id", quota.project());
    ArrayNode tokens = json.putArray("enqueued_tokens");
    for (ModelTokens model : quota.enqueuedTokens()) {
      ObjectNode entry = tokens.addObject();
      entry.put("model", model.model());
      entry.put("used", model.used());
      entry.put("limit", model.limit());
    }
    ObjectNode budget = json.putObject("monthly_budget");
    budget.put("currency", quota.currency());
    budget.put("spent", quota.budget().spent());
    budget.put("limit", quota.budget().limit());
    return json;
  }

  static ObjectNode of(Estimate estimate) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "file.estimate");
    json.put("file_id", estimate.file().value());
    json.put("model", estimate.model());
    json.put("requests", estimate.requests());
    json.put("input_tokens", estimate.inputTokens());
    json.put("output_tokens", estimate.outputTokens());
    if (estimate.cost() == null) {
      json.putNull("cost");
    } else {
      json.set("cost", CostJson.of(estimate.cost()));
    }
    return json;
  }

  private static long seconds(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  }
}
