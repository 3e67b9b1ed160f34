package dev.nightjar.config;

import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Quotas.Quota;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The section {@code quota} of the settings file, and each entry of {@code projects}. */
public record QuotaFile(
    @Nullable Long enqueuedTokens,
    @Nullable Map<String, Long> enqueuedTokensByModel,
    @Nullable BigDecimal monthlyBudget,
    @Nullable Integer maxInFlight) {

  static Quotas quotas(
      @Nullable QuotaFile quota, @Nullable Map<String, @Nullable QuotaFile> projects) {
    var byProject = new HashMap<String, Quota>();
    if (projects != null) {
      projects.forEach((project, given) -> {
        if (given == null) {
          throw new SettingsException("projects.%s is empty".formatted(project));
        }
        byProject.put(project, given.quota("projects." + project));
      });
    }
    return new Quotas(quota == null ? Quotas.NONE.defaults() : quota.quota("quota"), byProject);
  }

  private Quota quota(String name) {
    Map<String, Long> byModel = enqueuedTokensByModel == null ? Map.of() : enqueuedTokensByModel;
    check(name + ".enqueued_tokens", enqueuedTokens);
    byModel.forEach(
        (model, tokens) -> check("%s.enqueued_tokens_by_model.%s".formatted(name, model), tokens));
    if (monthlyBudget != null && monthlyBudget.signum() < 0) {
      throw new SettingsException(
          "%s.monthly_budget is %s; it cannot be negative".formatted(name, monthlyBudget));
    }
    if (maxInFlight != null && maxInFlight < 1) {
      throw new SettingsException(
          "%s.max_in_flight is %d; it must be at least 1".formatted(name, maxInFlight));
    }
    return new Quota(enqueuedTokens, byModel, monthlyBudget, maxInFlight);
  }

  private static void check(String name, @Nullable Long tokens) {
    if (tokens != null && tokens < 0) {
      throw new SettingsException("%s is %d; it cannot be negative".formatted(name, tokens));
    }
  }
}
