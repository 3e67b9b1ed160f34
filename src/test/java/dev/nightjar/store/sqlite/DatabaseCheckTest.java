package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.Samples;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.Stores;
import dev.nightjar.store.local.LocalStores;
import dev.nightjar.testing.BrokenPage;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("K6")
class DatabaseCheckTest {
  private static final int PAGE = 4096;
  private static final Duration SOON = Duration.ofMillis(1);

  @TempDir Path folder;

  private Path database() {
    return folder.resolve("meta.db");
  }

  @Test
  void databaseInOrderHasNoFindings() {
    try (var stores = TestStores.open(database())) {
      Samples.inProgress(stores, "batch_1", 3);

      assertThat(DatabaseCheck.findings(database())).isEmpty();
    }
  }

  @Test
  void brokenPageIsFound() throws IOException, SQLException {
    try (var stores = TestStores.open(database())) {
      Samples.inProgress(stores, "batch_1", 3);
    }
    BrokenPage.write(database(), "ledger_by_day");

    assertThat(DatabaseCheck.findings(database())).isPresent();
  }

  @Test
  void fileThatIsNoDatabaseIsFound() throws IOException {
    Files.write(database(), new byte[3 * PAGE]);

    assertThat(DatabaseCheck.findings(database())).isPresent();
  }

  @Test
  void onlyADatabaseThatWasNotClosedWasLeftOpen() throws IOException {
    assertThat(DatabaseCheck.wasLeftOpen(database())).isFalse();
    try (var stores = TestStores.open(database())) {
      Samples.inProgress(stores, "batch_1", 3);
      assertThat(DatabaseCheck.wasLeftOpen(database())).isTrue();
    }

    assertThat(DatabaseCheck.wasLeftOpen(database())).isFalse();
  }

  /** Of connections that close at the same moment none is the last for SQLite. */
  @Test
  void closedDatabaseLeavesNoLogHoweverManyConnectionsItHad() throws IOException {
    for (int i = 0; i < 60; i++) {
      try (var stores = TestStores.open(database())) {
        Samples.inProgress(stores, "batch_" + i, 1);
      }

      assertThat(DatabaseCheck.wasLeftOpen(database())).as("after %d", i).isFalse();
    }
  }

  @Test
  void databaseInDoubtIsAProblemUntilItIsChecked() throws InterruptedException {
    var mayEnd = new CountDownLatch(1);
    try (var inDoubt = new DatabaseCheck(() -> after(mayEnd), true, SOON);
        var closedCleanly = new DatabaseCheck(() -> after(mayEnd), false, SOON)) {
      inDoubt.start();
      closedCleanly.start();

      assertThat(inDoubt.problem()).hasValue("the database is being checked after an unclean stop");
      assertThat(closedCleanly.problem()).isEmpty();
      mayEnd.countDown();
      inDoubt.await();
      closedCleanly.await();

      assertThat(inDoubt.problem().orElseThrow()).contains("damaged", "restore a backup", "page 7");
      assertThat(closedCleanly.problem()).isEqualTo(inDoubt.problem());
    }
  }

  @Test
  void checkThatCouldNotLookIsNoDamageAndIsMadeAgain() throws InterruptedException {
    var times = new AtomicInteger();
    try (var check = new DatabaseCheck(() -> thirdTimeFine(times), true, SOON)) {
      check.start();
      check.await();

      assertThat(check.problem()).isEmpty();
      assertThat(times).hasValue(3);
    }
  }

  private static Optional<String> thirdTimeFine(AtomicInteger times) {
    if (times.incrementAndGet() < 3) {
      throw new StoreException("the database could not be checked: it is busy", null);
    }
    return Optional.empty();
  }

  @Test
  void fileThatCannotBeOpenedIsNoDamage() throws IOException {
    Files.createDirectory(database());

    assertThatThrownBy(() -> DatabaseCheck.findings(database()))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("the database could not be checked: ");
  }

  private static Optional<String> after(CountDownLatch mayEnd) {
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return Optional.of("page 7 is broken");
  }

  @Test
  void pageThatBreaksWhileItRunsIsAProblemOnceSqliteComesToIt() throws IOException, SQLException {
    try (var stores = TestStores.open(database())) {
      Samples.inProgress(stores, "batch_1", 3);
    }
    BrokenPage.write(database(), "batch");
    var database = new Database(database());
    try (Stores stores = SqliteStores.on(database, LocalStores.NODE, InstantSource.system())) {
      assertThat(database.damage()).isEmpty();

      assertThatThrownBy(stores.batches()::unfinished).isInstanceOf(StoreException.class);

      assertThat(database.damage().orElseThrow()).contains("restore a backup");
    }
  }
}
