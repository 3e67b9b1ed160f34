package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The statements on batches that have not ended. */
final class UnfinishedBatches {
  static final String UNFINISHED =
      "status IN ('validating', 'in_progress', 'finalizing', 'cancelling')";

  private UnfinishedBatches() {}

  static Map<BatchStatus, Long> counts(Sql sql) throws SQLException {
    return sql
        .list(
            "SELECT status, count(*) FROM batch WHERE " + UNFINISHED + " GROUP BY status",
            row -> Map.entry(BatchStatus.of(row.getString(1)), row.getLong(2)))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  static List<Batch> all(Sql sql) throws SQLException {
    return sql.list("SELECT * FROM batch WHERE " + UNFINISHED + " ORDER BY sequence", Rows::batch);
  }
}
