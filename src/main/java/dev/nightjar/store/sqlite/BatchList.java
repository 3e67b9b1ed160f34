package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.BatchStore.BatchFilter;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.sql.Rows;
import dev.nightjar.store.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of batches. It walks an index in the order of the page, from the page's beginning: the
 * index of what the filter asks for and is rarest, so that little is looked at in vain.
 */
record BatchList(Sql sql, BatchQuery query) {
  /** Beyond this many it is not asked which of two pairs of metadata is rarer. */
  private static final int COUNTED_MAX = 1_000;

  List<Batch> page() throws SQLException {
    var metadata = new LinkedHashMap<>(query.filter().metadata());
    if (metadata.isEmpty()) {
      return byIndex();
    }
    Map.Entry<String, String> rarest = rarest(metadata);
    metadata.remove(rarest.getKey());
    return byPair(rarest, metadata);
  }

  private List<Batch> byIndex() throws SQLException {
    BatchFilter filter = query.filter();
    return sql.list(
        """
        SELECT * FROM batch INDEXED BY %s
          AND project = ?1 AND (created_at, sequence) < (?2, ?3) AND created_at >= ?4
          AND (?5 IS NULL OR status = ?5) AND (?6 IS NULL OR model = ?6)
        ORDER BY created_at DESC, sequence DESC LIMIT ?7
        """
            .formatted(index(filter)),
        Rows::batch,
        query.project(),
        beforeMillis(),
        beforeSequence(),
        fromMillis(),
        filter.status() == null ? null : filter.status().apiName(),
        filter.model(),
        query.limit());
  }

  /** With the condition that begins it, or on which it may be used. */
  private static String index(BatchFilter filter) {
    if (filter.status() != null) {
      return "batch_by_status WHERE status = ?5";
    }
    return filter.model() == null ? "batch_by_time WHERE TRUE" : "batch_by_model WHERE model = ?6";
  }

  private List<Batch> byPair(Map.Entry<String, String> pair, Map<String, String> others)
      throws SQLException {
    BatchFilter filter = query.filter();
    return sql.list(
        """
        SELECT batch.* FROM batch_metadata AS pair CROSS JOIN batch ON batch.sequence = pair.batch
        WHERE pair.project = ?1 AND (pair.created_at, pair.batch) < (?2, ?3)
          AND pair.created_at >= ?4 AND pair.key = ?5 AND pair.value = ?6
          AND (?7 IS NULL OR status = ?7) AND (?8 IS NULL OR model = ?8)
          AND (?9 IS NULL OR NOT EXISTS (
            SELECT 1 FROM json_each(?9) AS wanted WHERE NOT EXISTS (
              SELECT 1 FROM batch_metadata AS other
              WHERE other.project = ?1 AND other.key = wanted.key AND other.value = wanted.value
                AND other.created_at = pair.created_at AND other.batch = pair.batch)))
        ORDER BY pair.created_at DESC, pair.batch DESC LIMIT ?10
        """,
        Rows::batch,
        query.project(),
        beforeMillis(),
        beforeSequence(),
        fromMillis(),
        pair.getKey(),
        pair.getValue(),
        filter.status() == null ? null : filter.status().apiName(),
        filter.model(),
        Rows.metadata(others),
        query.limit());
  }

  private Map.Entry<String, String> rarest(Map<String, String> pairs) throws SQLException {
    Map.Entry<String, String> rarest = null;
    int fewest = Integer.MAX_VALUE;
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      int count = pairs.size() == 1 ? 0 : count(pair);
      if (rarest == null || count < fewest) {
        rarest = pair;
        fewest = count;
      }
    }
    if (rarest == null) {
      throw new IllegalArgumentException("no pairs");
    }
    return Map.entry(rarest.getKey(), rarest.getValue());
  }

  private int count(Map.Entry<String, String> pair) throws SQLException {
    return sql.one(
            """
            SELECT count(*) FROM (
              SELECT 1 FROM batch_metadata WHERE project = ?1 AND key = ?2 AND value = ?3
                AND (created_at, batch) < (?4, ?5) AND created_at >= ?6 LIMIT ?7)
            """,
            row -> row.getInt(1),
            query.project(),
            pair.getKey(),
            pair.getValue(),
            beforeMillis(),
            beforeSequence(),
            fromMillis(),
            COUNTED_MAX)
        .orElseThrow();
  }

  private long fromMillis() {
    return millis(query.filter().createdFrom(), Long.MIN_VALUE);
  }

  /** The page before, or the filter: one bound, since of two SQLite would seek only one. */
  private long beforeMillis() {
    return isBoundByFilter()
        ? millis(query.filter().createdBefore(), Long.MAX_VALUE)
        : millis(query.after(), Long.MAX_VALUE);
  }

  private long beforeSequence() {
    Batch after = query.after();
    return isBoundByFilter() || after == null ? Long.MIN_VALUE : after.sequence();
  }

  private boolean isBoundByFilter() {
    return millis(query.filter().createdBefore(), Long.MAX_VALUE)
        <= millis(query.after(), Long.MAX_VALUE);
  }

  private static long millis(@Nullable Batch batch, long fallback) {
    return millis(batch == null ? null : batch.stamps().createdAt(), fallback);
  }

  private static long millis(@Nullable Instant instant, long fallback) {
    return instant == null ? fallback : instant.toEpochMilli();
  }
}
