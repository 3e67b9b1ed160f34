package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.BatchError;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.disk.DiskFull;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.store.sql.Transactions.Work;
import dev.nightjar.testing.SmallDisk;
import dev.nightjar.testing.TestStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** How writes share a transaction, and how a database is opened. */
class DatabaseTest {
  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void openDatabase() {
    database = new Database(directory.resolve("meta.db"));
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  private static int insert(Sql sql, String project) throws SQLException {
    return sql.update("INSERT INTO project VALUES (?, 0)", project);
  }

  /** Passes the check at once and fails at the commit. */
  private static int failAtCommit(Sql sql) throws SQLException {
    sql.script("PRAGMA defer_foreign_keys = ON");
    return sql.update(
        "INSERT INTO chunk (batch, number, first_line, lines, offset, length)"
            + " VALUES (99, 0, 0, 1, 0, 1)");
  }

  private List<String> projects() {
    return database.inRead(
        sql -> sql.list("SELECT id FROM project ORDER BY id", row -> row.getString(1)));
  }

  /** Has these tasks wait together, in this order, behind one that runs until they do. */
  private List<Future<Integer>> inOneGroup(List<Work<Integer>> tasks) throws Exception {
    var isHeld = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    try (var threads = Executors.newCachedThreadPool()) {
      Future<Integer> first =
          threads.submit(() ->
              database.inWrite(_ -> {
                isHeld.countDown();
                awaitUninterrupted(release);
                return 0;
              }));
      isHeld.await();
      var waiting = new ArrayList<Future<Integer>>();
      for (Work<Integer> task : tasks) {
        waiting.add(threads.submit(() -> database.inWrite(task)));
        while (database.waitingWrites() < waiting.size()) {
          Thread.onSpinWait();
        }
      }
      release.countDown();
      assertThat(first.get()).isZero();
      return waiting;
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void twoThatOpenANewDatabaseAtOnceBothGetIt(@TempDir Path folder) throws Exception {
    for (int round = 0; round < 5; round++) {
      Path file = folder.resolve("new-%d.db".formatted(round));
      var start = new CountDownLatch(1);
      try (var threads = Executors.newCachedThreadPool()) {
        var opened = new ArrayList<Future<Database>>();
        for (int i = 0; i < 4; i++) {
          opened.add(
              threads.submit(() -> {
                start.await();
                return new Database(file);
              }));
        }
        start.countDown();
        for (Future<Database> one : opened) {
          one.get().close();
        }
      }
    }
  }

  @Test
  void writesThatWaitTogetherShareOneTransaction() throws Exception {
    var isVisibleToReaders = new AtomicBoolean();

    inOneGroup(
        List.of(
            sql -> insert(sql, "a"),
            sql -> {
              isVisibleToReaders.compareAndSet(false, projects().contains("a"));
              return insert(sql, "b");
            },
            sql -> {
              isVisibleToReaders.compareAndSet(false, projects().contains("b"));
              return insert(sql, "c");
            }));

    assertThat(isVisibleToReaders).isFalse();
    assertThat(projects()).containsExactly("a", "b", "c", "default");
  }

  @Test
  void writeThatFailsIsUndoneAlone() throws Exception {
    List<Future<Integer>> results =
        inOneGroup(
            List.of(
                sql -> insert(sql, "a"),
                sql -> {
                  insert(sql, "half");
                  return insert(sql, "default");
                },
                sql -> {
                  insert(sql, "undone");
                  throw new IllegalStateException("a bug");
                },
                sql -> insert(sql, "d")));

    assertThat(projects()).containsExactly("a", "d", "default");
    assertThat(results.get(0).get()).isEqualTo(1);
    assertThat(results.get(3).get()).isEqualTo(1);
    assertThatThrownBy(() -> results.get(1).get()).hasCauseInstanceOf(StoreException.class);
    assertThatThrownBy(() -> results.get(2).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void failedCommitFailsAllThatShareItAndNoneAfter() throws Exception {
    List<Future<Integer>> results =
        inOneGroup(
            List.of(sql -> insert(sql, "a"), DatabaseTest::failAtCommit, sql -> insert(sql, "c")));

    for (Future<Integer> result : results) {
      assertThatThrownBy(result::get).hasCauseInstanceOf(StoreException.class);
    }
    assertThat(projects()).containsExactly("default");
    database.inWrite(sql -> insert(sql, "later"));
    assertThat(projects()).containsExactly("default", "later");
  }

  @Test
  void fullDiskFailsWhatItCannotTakeAndNothingAfterIt() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 4);
        var small = new Database(disk.root().resolve("meta.db"))) {
      disk.fill(0);
      String large = "x".repeat(200_000);

      assertThatThrownBy(() -> small.inWrite(sql -> insert(sql, large)))
          .isInstanceOf(StoreException.class)
          .matches(DiskFull::isCauseOf);

      disk.clear();
      assertThat(small.<Integer>inWrite(sql -> insert(sql, "later"))).isEqualTo(1);
      assertThat(small.<Integer>inWrite(sql -> insert(sql, large))).isEqualTo(1);
    }
  }

  /** The same without a disk that is really full. */
  @Test
  void databaseThatMayNotGrowFailsWhatItCannotTakeAndNothingAfterIt() {
    String large = "x".repeat(200_000);
    limitPages("1");

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> database.inWrite(sql -> insert(sql, large)))
          .isInstanceOf(StoreException.class)
          .matches(DiskFull::isCauseOf);
    }

    limitPages("1000000");
    assertThat(database.<Integer>inWrite(sql -> insert(sql, large))).isEqualTo(1);
  }

  private void limitPages(String count) {
    database.inWrite(sql -> sql.one("PRAGMA max_page_count = " + count, row -> row.getInt(1)));
  }

  /** As a full disk does it: SQLite rolls all back by itself, in the middle of a task. */
  @Test
  void groupThatIsRolledBackUnderneathFailsWithTheReasonOfThat() throws Exception {
    List<Future<Integer>> results =
        inOneGroup(
            List.of(
                sql -> insert(sql, "a"),
                sql -> {
                  sql.update("ROLLBACK");
                  throw new SQLException("[SQLITE_FULL] the disk is full");
                },
                sql -> insert(sql, "c")));

    for (Future<Integer> result : results) {
      assertThatThrownBy(result::get)
          .hasCauseInstanceOf(StoreException.class)
          .matches(DiskFull::isCauseOf);
    }
    database.inWrite(sql -> insert(sql, "later"));
    assertThat(projects()).containsExactly("default", "later");
  }

  @Test
  void everyCommitIsForcedAndKeysAreChecked() {
    Work<List<String>> settings =
        sql ->
            List.of(
                sql.one("PRAGMA journal_mode", row -> row.getString(1)).orElseThrow(),
                sql.one("PRAGMA synchronous", row -> row.getString(1)).orElseThrow(),
                sql.one("PRAGMA foreign_keys", row -> row.getString(1)).orElseThrow());

    assertThat(database.<List<String>>inWrite(settings)).containsExactly("wal", "2", "1");
    assertThat(database.<List<String>>inRead(settings)).containsExactly("wal", "2", "1");
  }

  @Test
  void readersCannotWrite() {
    assertThatThrownBy(() -> database.inRead(sql -> insert(sql, "a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  @Tag("K4")
  void lookUpWaitsForNoScan() throws Exception {
    var release = new CountDownLatch(1);
    try (var threads = Executors.newCachedThreadPool()) {
      var scans = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 20; i++) {
        scans.add(
            threads.submit(() ->
                database.inScan(_ -> {
                  awaitUninterrupted(release);
                  return 0;
                })));
      }

      assertThat(projects()).containsExactly("default");
      assertThat(scans).noneMatch(Future::isDone);
      release.countDown();
      for (Future<Integer> scan : scans) {
        assertThat(scan.get()).isZero();
      }
    }
  }

  @Test
  void closedDatabaseSaysSo() {
    database.close();

    assertThatThrownBy(() -> database.inWrite(sql -> insert(sql, "a")))
        .isInstanceOf(StoreException.class)
        .hasMessage("the database is closed");
    assertThatThrownBy(this::projects).hasMessage("the database is closed");
  }

  @Test
  void newerVersionIsRefusedAndLeftAlone() throws Exception {
    Path file = directory.resolve("newer.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA user_version = " + (Database.VERSION + 1));
    }

    assertThatThrownBy(() -> new Database(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has version " + (Database.VERSION + 1))
        .hasMessageContaining("knows version " + Database.VERSION);
    // Nothing holds it open: without its last connection SQLite removes the log beside it.
    assertThat(Files.exists(directory.resolve("newer.db-wal"))).isFalse();
  }

  @Test
  void databaseOfTheFirstVersionKeepsItsRowsAndGetsTheNewTables() throws Exception {
    Path file = directory.resolve("older.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.executeUpdate(Database.resource("V1.sql"));
      statement.executeUpdate("INSERT INTO project VALUES ('old', 7)");
      statement.executeUpdate("PRAGMA user_version = 1");
    }

    try (var migrated = new Database(file)) {
      Work<List<Integer>> found =
          sql ->
              sql.list(
                  """
                  SELECT user_version FROM pragma_user_version
                  UNION ALL SELECT created_at FROM project WHERE id = 'old'
                  UNION ALL SELECT count(*) FROM upload
                  """,
                  row -> row.getInt(1));

      assertThat(migrated.<List<Integer>>inRead(found)).containsExactly(Database.VERSION, 7, 0);
    }
    assertThatCode(() -> new Database(file).close()).as("opened again").doesNotThrowAnyException();
  }

  @Test
  void problemsOfBatchesOfAnEarlierVersionAreAllKept() throws Exception {
    Path file = directory.resolve("older.db");
    List<BatchError> few = problems(10);
    List<BatchError> many = problems(1_000);
    try (var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      for (int version = 1; version <= 3; version++) {
        sql.script(Database.resource("V%d.sql".formatted(version)));
      }
      insertFailed(sql, "none", List.of());
      insertFailed(sql, "few", few);
      insertFailed(sql, "many", many);
      sql.script("PRAGMA user_version = 3");
    }

    try (var stores = TestStores.open(file)) {
      assertThat(stores.batches().batch(1).orElseThrow().errorsTotal()).isZero();
      assertThat(stores.batches().errors(1)).isEmpty();
      assertThat(stores.batches().batch(2).orElseThrow().errors()).isEqualTo(few);
      assertThat(stores.batches().errors(2)).isEqualTo(few);
      assertThat(stores.batches().batch(3).orElseThrow().errors()).isEqualTo(few);
      assertThat(stores.batches().batch(3).orElseThrow().errorsTotal()).isEqualTo(1_000);
      assertThat(stores.batches().errors(3)).isEqualTo(many);
    }
  }

  private static List<BatchError> problems(int count) {
    return LongStream.rangeClosed(1, count)
        .mapToObj(line -> new BatchError("invalid_url", "\"wrong\" ü", null, line))
        .toList();
  }

  private static void insertFailed(Sql sql, String id, List<BatchError> errors)
      throws SQLException {
    sql.update(
        """
        INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
          created_at, expires_at, errors)
        VALUES (?, 'default', '/v1/responses', 'file-x', '24h', 'failed', 0, 1, ?)
        """,
        id,
        JsonMapper.shared().writeValueAsString(errors));
  }

  @Test
  void fileThatIsNoDatabaseIsSaid() throws Exception {
    Path file = directory.resolve("text.db");
    Files.writeString(
        file, "this is not a database, and longer than its header would be".repeat(20));

    assertThatThrownBy(() -> new Database(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("text.db");
  }
}
