package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.MetaStore.BatchFilter;
import dev.nightjar.store.MetaStore.BatchQuery;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pages of batches. It walks the index by time from the page's beginning, so that what a filter
 * refuses costs a look, and times bound the walk.
 */
final class BatchList {
  private BatchList() {}

  static List<Batch> page(Sql sql, BatchQuery query) throws SQLException {
    Batch after = query.after();
    BatchFilter filter = query.filter();
    return sql.list(
        """
        SELECT * FROM batch WHERE project = ?1
          AND (created_at, sequence) < (?2, ?3)
          AND created_at >= ?4 AND created_at < ?5
          AND (?6 IS NULL OR status = ?6)
          AND (?7 IS NULL OR model = ?7)
          AND (?8 IS NULL OR NOT EXISTS (
            SELECT 1 FROM json_each(?8) AS wanted WHERE NOT EXISTS (
              SELECT 1 FROM json_each(batch.metadata) AS pair
              WHERE pair.key = wanted.key AND pair.value = wanted.value)))
        ORDER BY created_at DESC, sequence DESC LIMIT ?9
        """,
        Rows::batch,
        query.project(),
        after == null ? Long.MAX_VALUE : after.stamps().createdAt().toEpochMilli(),
        after == null ? Long.MAX_VALUE : after.sequence(),
        millis(filter.createdFrom(), Long.MIN_VALUE),
        millis(filter.createdBefore(), Long.MAX_VALUE),
        filter.status() == null ? null : filter.status().apiName(),
        filter.model(),
        Rows.metadata(filter.metadata()),
        query.limit());
  }

  private static long millis(@Nullable Instant instant, long fallback) {
    return instant == null ? fallback : instant.toEpochMilli();
  }
}
