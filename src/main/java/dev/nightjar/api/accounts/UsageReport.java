package dev.nightjar.api.accounts;

import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Cost;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of days with what was used on them.
 *
 * @param nextPage where it goes on; null at the end
 */
public record UsageReport(List<Day> days, @Nullable String nextPage) {
  public UsageReport {
    days = List.copyOf(days);
  }

  /** A day of UTC; one without usage has no sums. */
  public record Day(LocalDate day, List<Sum> sums) {
    public Day {
      sums = List.copyOf(sums);
    }
  }

  /**
   * What one group has used.
   *
   * @param project null if the sum is over projects
   * @param model null if the sum is over models, or where the lines of a batch ask for several
   * @param cost null in a report of tokens
   */
  public record Sum(
      @Nullable String project,
      @Nullable String model,
      long requests,
      Usage usage,
      @Nullable Cost cost) {

    private Sum plus(Sum other) {
      return new Sum(
          project,
          model,
          requests + other.requests,
          usage.plus(other.usage),
          cost == null || other.cost == null ? null : cost.plus(other.cost));
    }
  }

  private record Group(
      @Nullable String project, @Nullable String model, @Nullable String currency) {
    Group(Sum sum) {
      this(sum.project(), sum.model(), sum.cost() == null ? null : sum.cost().currency());
    }
  }

  /** Tokens of the page that begins at the query's first day. */
  static UsageReport tokens(UsageQuery query, List<LedgerEntry> entries) {
    return of(
        query, entries.stream().map(entry -> Map.entry(entry.day(), sum(query, entry, null))));
  }

  /** Money likewise; what has no price is left out, and currencies are never added. */
  static UsageReport money(UsageQuery query, List<LedgerEntry> entries) {
    return of(
        query,
        entries.stream()
            .filter(entry -> entry.price() != null)
            .map(entry -> Map.entry(entry.day(), sum(query, entry, entry.cost().orElseThrow()))));
  }

  private static UsageReport of(UsageQuery query, Stream<Map.Entry<LocalDate, Sum>> sums) {
    Map<LocalDate, Map<Group, Sum>> byDay = new HashMap<>();
    sums.forEach(sum ->
        byDay
            .computeIfAbsent(sum.getKey(), _ -> new LinkedHashMap<>())
            .merge(new Group(sum.getValue()), sum.getValue(), Sum::plus));
    LocalDate end = query.pageEnd();
    List<Day> days =
        query
            .from()
            .datesUntil(end)
            .map(day -> new Day(day, List.copyOf(byDay.getOrDefault(day, Map.of()).values())))
            .toList();
    return new UsageReport(days, end.isBefore(query.to()) ? UsageQuery.page(end) : null);
  }

  private static Sum sum(UsageQuery query, LedgerEntry entry, @Nullable Cost cost) {
    return new Sum(
        query.groupBy().contains("project_id") ? entry.project() : null,
        query.isByModel() ? entry.model() : null,
        entry.requests(),
        entry.usage(),
        cost);
  }
}
