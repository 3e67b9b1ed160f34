package dev.nightjar.api.accounts;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.PageLimit;
import dev.nightjar.api.QueryInteger;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A page of days, as OpenAI's usage API asks for it. The ledger keeps days of UTC, so a bucket is a
 * day, and the times given are rounded to whole days.
 *
 * @param groupBy names of columns; what is not named is summed
 * @param models those asked for; empty for all
 * @param projects likewise
 */
public record UsageQuery(
    LocalDate from,
    LocalDate to,
    int limit,
    Set<String> groupBy,
    Set<String> models,
    Set<String> projects) {
  private static final long SECONDS_MAX = 253_402_300_799L;
  private static final long LAST_SECOND = 86_399;
  private static final String PAGE = "page_";

  public UsageQuery {
    groupBy = Set.copyOf(groupBy);
    models = Set.copyOf(models);
    projects = Set.copyOf(projects);
  }

  /**
   * Reads a request's query.
   *
   * @param query all values by name; a list's name may end in {@code []}
   * @param groups what may be grouped by
   * @param limitMax how many days a page may have
   */
  public static UsageQuery of(
      Map<String, List<String>> query, List<String> groups, int limitMax, LocalDate today) {
    String start = first(query, "start_time");
    if (start == null) {
      throw ApiError.missing("start_time");
    }
    LocalDate from = day("start_time", start);
    String end = first(query, "end_time");
    LocalDate to = end == null ? today.plusDays(1) : day("end_time", end, LAST_SECOND);
    String width = first(query, "bucket_width");
    if (width != null && !width.equals("1d")) {
      throw ApiError.invalidValue(
          "bucket_width", "Invalid value: '%s'. Supported values are: '1d'.".formatted(width));
    }
    String page = first(query, "page");
    if (page != null) {
      from = page(page);
    }
    return new UsageQuery(
        from,
        to,
        new PageLimit(1, limitMax, 7).of(first(query, "limit")),
        groupBy(all(query, "group_by"), groups),
        all(query, "models"),
        all(query, "project_ids"));
  }

  /** The first day that is not on the page any more. */
  LocalDate pageEnd() {
    LocalDate end = from.plusDays(limit);
    LocalDate last = end.isBefore(to) ? end : to;
    return last.isBefore(from) ? from : last;
  }

  /** A cost's line item is its model. */
  boolean isByModel() {
    return groupBy.contains("model") || groupBy.contains("line_item");
  }

  boolean includes(LedgerEntry entry) {
    String model = entry.model() == null ? "" : entry.model();
    return (models.isEmpty() || models.contains(model))
        && (projects.isEmpty() || projects.contains(entry.project()));
  }

  /** The page that begins with a day. */
  static String page(LocalDate day) {
    return PAGE + day.toEpochDay();
  }

  private static LocalDate page(String page) {
    String day = page.startsWith(PAGE) ? page.substring(PAGE.length()) : "";
    if (!day.matches("\\d{1,6}")) {
      throw ApiError.invalidValue(
          "page", "Invalid value: '%s' is no page of ours.".formatted(page));
    }
    return LocalDate.ofEpochDay(Long.parseLong(day));
  }

  private static LocalDate day(String name, String seconds) {
    return day(name, seconds, 0);
  }

  private static LocalDate day(String name, String seconds, long plus) {
    long value = new QueryInteger(name, 0, SECONDS_MAX).of(seconds);
    return Instant.ofEpochSecond(value + plus).atZone(ZoneOffset.UTC).toLocalDate();
  }

  private static Set<String> groupBy(Set<String> given, List<String> known) {
    for (String one : given) {
      if (!known.contains(one)) {
        throw ApiError.invalidValue(
            "group_by",
            "Invalid value: '%s'. Supported values are: '%s'."
                .formatted(one, String.join("', '", known)));
      }
    }
    return given;
  }

  private static @Nullable String first(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() || values.getFirst().isEmpty() ? null : values.getFirst();
  }

  private static Set<String> all(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, query.getOrDefault(name + "[]", List.of()));
    return Set.copyOf(values);
  }
}
