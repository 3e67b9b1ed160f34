package dev.nightjar.api.accounts;

import dev.nightjar.api.ApiError;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Terms;
import dev.nightjar.store.LedgerStore;
import dev.nightjar.store.LedgerStore.Enqueued;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What projects have used and spent, and what they may. Any thread may call it. */
public final class Accounts {
  private final LedgerStore ledger;
  private final Terms terms;
  private final InstantSource clock;

  public Accounts(LedgerStore ledger, Terms terms, InstantSource clock) {
    this.ledger = ledger;
    this.terms = terms;
    this.clock = clock;
  }

  /**
   * A project's limits and what is taken of them.
   *
   * @param enqueuedTokens by model: of all that have batches or a limit of their own
   */
  public record QuotaView(
      String project, List<ModelTokens> enqueuedTokens, String currency, Budget budget) {}

  /**
   * Input tokens of batches that have not ended.
   *
   * @param model null where the lines of a batch ask for several
   * @param limit null for none
   */
  public record ModelTokens(@Nullable String model, long used, @Nullable Long limit) {}

  /** Of this calendar month, in UTC; {@code limit} is null for none. */
  public record Budget(BigDecimal spent, @Nullable BigDecimal limit) {}

  /**
   * Refuses a new batch of a project that has spent its budget; what runs goes on. OpenAI's code
   * for a hard limit, which clients do not repeat.
   */
  public void requireBudget(String project) {
    BigDecimal limit = terms.quotas().monthlyBudget(project);
    if (limit == null) {
      return;
    }
    BigDecimal spent = spent(project);
    if (spent.compareTo(limit) >= 0) {
      throw new ApiError(
          400,
          "billing_hard_limit_reached",
          null,
          "Billing hard limit has been reached: project %s has spent %s of its %s %s for this month."
              .formatted(
                  project,
                  spent.toPlainString(),
                  limit.toPlainString(),
                  terms.prices().currency()));
    }
  }

  /** What sealed answers of this month cost; answers of another currency's time do not count. */
  private BigDecimal spent(String project) {
    LocalDate month = today().withDayOfMonth(1);
    return ledger.ledger(project, month, month.plusMonths(1)).stream()
        .flatMap(entry -> entry.cost().stream())
        .filter(cost -> cost.currency().equals(terms.prices().currency()))
        .map(Cost::batch)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  public QuotaView quota(String project) {
    Quotas quotas = terms.quotas();
    var tokens = new ArrayList<ModelTokens>();
    Set<String> named = new TreeSet<>(quotas.models(project));
    for (Enqueued held : ledger.enqueued(project)) {
      String model = held.model();
      if (model != null) {
        named.remove(model);
      }
      tokens.add(new ModelTokens(model, held.tokens(), quotas.enqueuedTokensMax(project, model)));
    }
    for (String model : named) {
      tokens.add(new ModelTokens(model, 0, quotas.enqueuedTokensMax(project, model)));
    }
    return new QuotaView(
        project,
        tokens,
        terms.prices().currency(),
        new Budget(spent(project), quotas.monthlyBudget(project)));
  }

  /**
   * Tokens by day, as the query asks.
   *
   * @param project null for all
   */
  public UsageReport tokens(@Nullable String project, Map<String, List<String>> query) {
    UsageQuery asked = UsageQuery.of(query, List.of("project_id", "model"), 31, today());
    return UsageReport.tokens(asked, entries(project, asked));
  }

  /** Money likewise. */
  public UsageReport money(@Nullable String project, Map<String, List<String>> query) {
    UsageQuery asked = UsageQuery.of(query, List.of("project_id", "line_item"), 180, today());
    return UsageReport.money(asked, entries(project, asked));
  }

  private List<LedgerEntry> entries(@Nullable String project, UsageQuery query) {
    return ledger.ledger(project, query.from(), query.pageEnd()).stream()
        .filter(query::includes)
        .toList();
  }

  private LocalDate today() {
    return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
  }
}
