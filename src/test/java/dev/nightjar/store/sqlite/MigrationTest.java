package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.testing.TestStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From an earlier version to this one, also when the process dies on the way. */
@Tag("server")
class MigrationTest {
  /** Whose rows {@link #makeOlder} writes. */
  private static final int OLDER = 6;

  @TempDir Path folder;

  /** Does so many statements of the step to a version, says so, and waits to be killed. */
  static final class Step {
    private Step() {}

    static void main(String[] arguments) throws Exception {
      var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + arguments[0]));
      sql.script("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = 1");
      int version = Integer.parseInt(arguments[1]);
      for (int before = OLDER + 1; before < version; before++) {
        sql.script(Database.resource("V%d.sql".formatted(before)));
        sql.script("PRAGMA user_version = " + before);
      }
      sql.script("BEGIN IMMEDIATE");
      for (String statement : statements(version).subList(0, Integer.parseInt(arguments[2]))) {
        sql.script(statement);
      }
      System.out.println("done");
      LockSupport.park();
    }
  }

  private static List<String> statements(int version) throws IOException {
    return List.of(Database.resource("V%d.sql".formatted(version)).split(";\\R"));
  }

  static IntStream steps() {
    return IntStream.rangeClosed(OLDER + 1, Database.VERSION);
  }

  @ParameterizedTest
  @MethodSource("steps")
  void deathAtAnyStatementLeavesTheVersionBeforeAndTheNextStartMigrates(int version)
      throws Exception {
    Path older = folder.resolve("older.db");
    makeOlder(older);
    for (int done = 0; done <= statements(version).size(); done++) {
      Path file = folder.resolve("killed-%d.db".formatted(done));
      Files.copy(older, file);

      killAfter(version, done, file);

      assertThat(version(file)).as("after %d statements", done).isEqualTo(version - 1);
      try (var stores = TestStores.open(file)) {
        Batch batch = stores.batches().batch(1).orElseThrow();
        assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
        assertThat(batch.stamps().deadlineMillis()).isEqualTo(5_000);
        assertThat(stores.chunks().unsealed()).hasSize(1);
        assertThat(stores.chunks().sealedObjects(1)).hasSize(2);
        assertThat(stores.chunks().claim(1, 9)).isEmpty();
        stores.chunks().releaseChunks();
        assertThat(stores.chunks().claim(1, 9)).extracting(Chunk::epoch).containsExactly(2L);
      }
      assertThat(version(file)).isEqualTo(Database.VERSION);
      assertThat(sealOrder(file)).containsExactly(1L, 2L, 0L);
    }
  }

  private static void makeOlder(Path file) throws Exception {
    try (var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      for (int version = 1; version <= OLDER; version++) {
        sql.script(Database.resource("V%d.sql".formatted(version)));
      }
      sql.script(
          """
          INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
            created_at, expires_at, in_progress_at, total, unsealed_chunks)
          VALUES ('batch_1', 'default', '/v1/chat/completions', 'file-1', '24h', 'in_progress',
            1000, 5000, 2000, 30, 1);
          INSERT INTO chunk (batch, number, epoch, state, first_line, lines, offset, length,
            output_bytes)
          VALUES (1, 0, 1, 'sealed', 0, 10, 0, 100, 50), (1, 1, 2, 'sealed', 10, 10, 100, 100, 50),
            (1, 2, 1, 'open', 20, 10, 200, 100, 0);
          """);
      sql.script("PRAGMA user_version = " + OLDER);
    }
  }

  private static void killAfter(int version, int statements, Path file) throws Exception {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Step.class.getName(),
            file.toString(),
            Integer.toString(version),
            Integer.toString(statements));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("done");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static int version(Path file) throws Exception {
    try (var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      return sql.one("PRAGMA user_version", row -> row.getInt(1)).orElseThrow();
    }
  }

  private static List<Long> sealOrder(Path file) throws Exception {
    try (var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      return new ArrayList<>(
          sql.list(
              "SELECT coalesce(sealed_as, 0) FROM chunk ORDER BY number", row -> row.getLong(1)));
    }
  }
}
