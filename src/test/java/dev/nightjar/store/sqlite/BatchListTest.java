package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.BatchFilter;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.Stores;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.store.sql.SqlStores;
import dev.nightjar.store.sql.Transactions;
import dev.nightjar.testing.TestStores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.ProgressHandler;

/** What filtered pages of batches hold, and how much is looked at to find it. */
class BatchListTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final String[] STATUS = {
    "validating",
    "in_progress",
    "finalizing",
    "cancelling",
    "completed",
    "failed",
    "expired",
    "cancelled"
  };

  @TempDir Path directory;
  private Connection connection;
  private Sql sql;
  private Stores stores;
  private Instant now = NOW;

  @BeforeEach
  void openDatabase() throws SQLException {
    Path file = directory.resolve("meta.db");
    new Database(file).close();
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    sql = new Sql(connection);
    sql.update("INSERT INTO project VALUES ('other', 0)");
    stores = SqlStores.on(new OneConnection(sql), new SqliteDialect(), new NodeId("a"), () -> now);
  }

  @AfterEach
  void closeDatabase() throws SQLException {
    sql.close();
  }

  /** Without a force for each of thousands. */
  private record OneConnection(Sql sql) implements Transactions {
    @Override
    public <T> T inWrite(Work<T> work) {
      try {
        return work.run(sql);
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public <T> T inRead(Work<T> work) {
      return inWrite(work);
    }

    @Override
    public <T> T inScan(Work<T> work) {
      return inWrite(work);
    }

    @Override
    public void close() {}
  }

  private Batch create(int number, String project, long seconds, Map<String, String> metadata)
      throws SQLException {
    now = NOW.plusSeconds(seconds);
    var asked =
        new NewBatch(
            new BatchId("batch_" + number),
            project,
            "/v1/responses",
            new FileId("file-x"),
            "24h",
            Duration.ofHours(24),
            metadata,
            null,
            null);
    return stores.batches().createBatch(asked).batch();
  }

  private Batch bring(Batch batch, String status, @Nullable String model) throws SQLException {
    sql.update(
        "UPDATE batch SET status = ?, model = ? WHERE sequence = ?",
        status,
        model,
        batch.sequence());
    return stores.batches().batch(batch.sequence()).orElseThrow();
  }

  private static <T> T any(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static Map<String, String> metadata(Random random) {
    var pairs = new TreeMap<String, String>();
    for (int i = random.nextInt(4); i > 0; i--) {
      pairs.put(any(random, List.of("team", "a.b \"c", "")), any(random, List.of("red", "é", "")));
    }
    return pairs;
  }

  private static boolean meets(Batch batch, BatchFilter filter) {
    Instant at = batch.stamps().createdAt();
    return (filter.status() == null || filter.status() == batch.status())
        && (filter.model() == null || filter.model().equals(batch.model()))
        && (filter.createdFrom() == null || !at.isBefore(filter.createdFrom()))
        && (filter.createdBefore() == null || at.isBefore(filter.createdBefore()))
        && batch.metadata().entrySet().containsAll(filter.metadata().entrySet());
  }

  private List<Batch> pages(String project, BatchFilter filter, int limit) throws SQLException {
    var all = new ArrayList<Batch>();
    List<Batch> page;
    do {
      Batch last = all.isEmpty() ? null : all.getLast();
      page = new BatchList(sql, new BatchQuery(project, last, limit, filter)).page();
      all.addAll(page);
    } while (page.size() == limit);
    return all;
  }

  @Test
  void everyFilterFindsWhatALookAtEachBatchFinds() throws SQLException {
    var random = new Random(7);
    var batches = new ArrayList<Batch>();
    for (int i = 0; i < 300; i++) {
      String project = random.nextInt(4) == 0 ? "other" : "default";
      Batch batch = create(i, project, random.nextInt(20), metadata(random));
      batches.add(bring(batch, any(random, List.of(STATUS)), random.nextBoolean() ? "qwen" : null));
    }
    batches.sort(
        Comparator.comparing((Batch batch) -> batch.stamps().createdAt())
            .thenComparingLong(Batch::sequence)
            .reversed());

    for (int i = 0; i < 500; i++) {
      var filter =
          new BatchFilter(
              random.nextBoolean() ? null : BatchStatus.of(any(random, List.of(STATUS))),
              random.nextBoolean() ? null : any(random, List.of("qwen", "llama")),
              random.nextBoolean() ? null : NOW.plusSeconds(random.nextInt(20)),
              random.nextBoolean() ? null : NOW.plusSeconds(random.nextInt(20)),
              random.nextBoolean() ? Map.of() : metadata(random));
      List<Batch> expected =
          batches.stream()
              .filter(batch -> batch.project().equals("default") && meets(batch, filter))
              .toList();

      assertThat(pages("default", filter, 1 + random.nextInt(9)))
          .as("%s", filter)
          .isEqualTo(expected);
    }
  }

  /** Instructions of SQLite's machine, in hundreds. */
  private long steps(BatchFilter filter, int found) throws SQLException {
    var hundreds = new long[1];
    ProgressHandler.setHandler(
        connection,
        100,
        new ProgressHandler() {
          @Override
          protected int progress() {
            hundreds[0]++;
            return 0;
          }
        });
    var page = new BatchList(sql, new BatchQuery("default", null, 21, filter)).page();
    ProgressHandler.clearHandler(connection);
    assertThat(page).hasSize(found);
    return hundreds[0];
  }

  private static BatchFilter withMetadata(String... pairs) {
    var metadata = new TreeMap<String, String>();
    for (int i = 0; i < pairs.length; i += 2) {
      metadata.put(pairs[i], pairs[i + 1]);
    }
    return new BatchFilter(null, null, null, null, metadata);
  }

  @Test
  @Tag("K4")
  void filterLooksAtLittleHoweverManyBatchesThereAre() throws SQLException {
    sql.script("BEGIN");
    for (int i = 0; i < 10_000; i++) {
      Map<String, String> metadata =
          i == 5_000 ? Map.of("job", "rare", "team", "red") : Map.of("team", "red");
      Batch batch = create(i, "default", i, metadata);
      bring(batch, i == 7 ? "failed" : i == 9_999 ? "validating" : "completed", "m" + i % 2_000);
    }
    sql.script("COMMIT");

    long all = 10_000 / 100;
    assertThat(steps(withMetadata("team", "red"), 21)).isLessThan(all);
    assertThat(steps(withMetadata("team", "blue"), 0)).isLessThan(all);
    assertThat(steps(withMetadata("team", "red", "job", "rare"), 1)).isLessThan(2 * all);
    assertThat(steps(new BatchFilter(BatchStatus.FAILED, null, null, null, Map.of()), 1))
        .isLessThan(all);
    assertThat(steps(new BatchFilter(BatchStatus.VALIDATING, null, null, null, Map.of()), 1))
        .isLessThan(all);
    assertThat(steps(new BatchFilter(null, "m3", null, null, Map.of()), 5)).isLessThan(all);
    assertThat(steps(new BatchFilter(null, null, null, NOW.plusSeconds(3), Map.of()), 3))
        .isLessThan(all);
  }

  @Test
  void metadataOfAnEarlierVersionIsFound(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("older.db");
    try (var older = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      for (int version = 1; version <= 4; version++) {
        older.script(Database.resource("V%d.sql".formatted(version)));
      }
      insert(older, "batch_with", "{\"a.b \\\"c\":\"é\\n\",\"x\":\"\"}");
      insert(older, "batch_without", null);
      older.script("PRAGMA user_version = 4");
    }

    try (var stores = TestStores.open(file)) {
      var query = new BatchQuery("default", null, 9, withMetadata("a.b \"c", "é\n", "x", ""));
      assertThat(stores.batches().batches(query))
          .extracting(batch -> batch.id().value())
          .containsExactly("batch_with");
    }
  }

  private static void insert(Sql older, String id, @Nullable String metadata) throws SQLException {
    older.update(
        """
        INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
          created_at, expires_at, metadata)
        VALUES (?, 'default', '/v1/responses', 'file-x', '24h', 'completed', 0, 1, ?)
        """,
        id,
        metadata);
  }
}
