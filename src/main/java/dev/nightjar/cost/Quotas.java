package dev.nightjar.cost;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much a project may queue and spend; null: no limit.
 *
 * @param defaults for projects without an entry, and for what an entry leaves out
 */
public record Quotas(Quota defaults, Map<String, Quota> byProject) {
  public static final Quotas NONE = new Quotas(new Quota(null, Map.of(), null), Map.of());

  /**
   * What one project may.
   *
   * @param enqueuedTokens input tokens of one model in batches that have not ended
   * @param enqueuedTokensByModel the same for models of their own
   * @param monthlyBudget what its batches may cost in a calendar month of UTC before new ones are
   *     refused
   * @param maxInFlight calls of its batches at a time
   */
  public record Quota(
      @Nullable Long enqueuedTokens,
      Map<String, Long> enqueuedTokensByModel,
      @Nullable BigDecimal monthlyBudget,
      @Nullable Integer maxInFlight) {
    public Quota {
      enqueuedTokensByModel = Map.copyOf(enqueuedTokensByModel);
    }

    public Quota(
        @Nullable Long enqueuedTokens,
        Map<String, Long> enqueuedTokensByModel,
        @Nullable BigDecimal monthlyBudget) {
      this(enqueuedTokens, enqueuedTokensByModel, monthlyBudget, null);
    }
  }

  public Quotas {
    byProject = Map.copyOf(byProject);
  }

  /** {@code model} is null where the lines of a batch ask for several. */
  public @Nullable Long enqueuedTokensMax(String project, @Nullable String model) {
    Quota own = byProject.getOrDefault(project, defaults);
    for (Quota quota : new Quota[] {own, defaults}) {
      Long ofModel = model == null ? null : quota.enqueuedTokensByModel().get(model);
      if (ofModel != null) {
        return ofModel;
      }
      if (quota.enqueuedTokens() != null) {
        return quota.enqueuedTokens();
      }
    }
    return null;
  }

  /** The models that have a limit of their own. */
  public Set<String> models(String project) {
    var models = new HashSet<>(defaults.enqueuedTokensByModel().keySet());
    models.addAll(byProject.getOrDefault(project, defaults).enqueuedTokensByModel().keySet());
    return models;
  }

  public @Nullable Integer maxInFlight(String project) {
    Integer own = byProject.getOrDefault(project, defaults).maxInFlight();
    return own == null ? defaults.maxInFlight() : own;
  }

  public @Nullable BigDecimal monthlyBudget(String project) {
    BigDecimal own = byProject.getOrDefault(project, defaults).monthlyBudget();
    return own == null ? defaults.monthlyBudget() : own;
  }
}
