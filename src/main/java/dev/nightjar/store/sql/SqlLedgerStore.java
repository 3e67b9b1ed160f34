package dev.nightjar.store.sql;

import dev.nightjar.cost.Price;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.LedgerStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements on what was used: charged in the transaction that seals a chunk, and in no other.
 */
final class SqlLedgerStore implements LedgerStore {
  private final Transactions database;
  private final InstantSource clock;

  SqlLedgerStore(Transactions database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Of the chunk's bytes those count that belong to the lines that were answered, on average. */
  static void charge(Sql sql, Seal seal, Instant now) throws SQLException {
    sql.update(
        """
        INSERT INTO ledger
        SELECT project, coalesce(model, ''), ?1, coalesce(price, ''), ?2, ?3, ?4, ?5, ?6,
          chunk.length * ?2 / chunk.lines
        FROM batch JOIN chunk ON chunk.batch = batch.sequence
        WHERE batch.sequence = ?7 AND chunk.number = ?8 AND ?2 > 0
        ON CONFLICT (project, model, day, price) DO UPDATE SET
          requests = ledger.requests + excluded.requests,
          input_tokens = ledger.input_tokens + excluded.input_tokens,
          cached_tokens = ledger.cached_tokens + excluded.cached_tokens,
          output_tokens = ledger.output_tokens + excluded.output_tokens,
          reasoning_tokens = ledger.reasoning_tokens + excluded.reasoning_tokens,
          request_bytes = ledger.request_bytes + excluded.request_bytes
        """,
        epochDay(now),
        seal.completed(),
        seal.usage().input(),
        seal.usage().cached(),
        seal.usage().output(),
        seal.usage().reasoning(),
        seal.chunk().batch(),
        seal.chunk().number());
  }

  /** Of UTC. */
  private static long epochDay(Instant instant) {
    return instant.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
  }

  @Override
  public List<LedgerEntry> ledger(@Nullable String project, LocalDate from, LocalDate to) {
    return database.inScan(sql ->
        sql.list(
            """
            SELECT * FROM ledger WHERE day >= ? AND day < ? AND project = coalesce(?, project)
            ORDER BY day, project, model, price
            """,
            SqlLedgerStore::entry,
            from.toEpochDay(),
            to.toEpochDay(),
            project));
  }

  private static LedgerEntry entry(ResultSet row) throws SQLException {
    String price = row.getString("price");
    return new LedgerEntry(
        row.getString("project"),
        emptyToNull(row.getString("model")),
        LocalDate.ofEpochDay(row.getLong("day")),
        price.isEmpty() ? null : Price.parse(price),
        row.getLong("requests"),
        Rows.usage(row));
  }

  /** What reports no tokens, as moderations do, teaches nothing. */
  @Override
  public Learned learned(@Nullable String model, int days) {
    return database.inScan(sql ->
        sql.one(
                """
                SELECT coalesce(sum(requests), 0) AS requests,
                  coalesce(sum(request_bytes), 0) AS request_bytes,
                  coalesce(sum(input_tokens), 0) AS input_tokens,
                  coalesce(sum(cached_tokens), 0) AS cached_tokens,
                  coalesce(sum(output_tokens), 0) AS output_tokens,
                  coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens
                FROM ledger WHERE day >= ? AND model = ? AND input_tokens > 0
                """,
                row ->
                    new Learned(
                        row.getLong("requests"), row.getLong("request_bytes"), Rows.usage(row)),
                epochDay(clock.instant()) - days,
                model == null ? "" : model)
            .orElseThrow());
  }

  @Override
  public List<Enqueued> enqueued(String project) {
    return database.inRead(sql -> enqueued(sql, project));
  }

  /** The sum is taken when it is asked for: nothing has to be released, and nothing can be lost. */
  private static List<Enqueued> enqueued(Sql sql, String project) throws SQLException {
    return sql.list(
        """
        SELECT model, sum(enqueued_tokens) AS tokens FROM batch
        WHERE project = ? AND enqueued_tokens > 0 AND %s
        GROUP BY model ORDER BY model
        """
            .formatted(Rows.UNFINISHED),
        row -> new Enqueued(row.getString("model"), row.getLong("tokens")),
        project);
  }

  static long enqueued(Sql sql, String project, @Nullable String model) throws SQLException {
    return enqueued(sql, project).stream()
        .filter(held -> model == null ? held.model() == null : model.equals(held.model()))
        .mapToLong(Enqueued::tokens)
        .sum();
  }

  static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
