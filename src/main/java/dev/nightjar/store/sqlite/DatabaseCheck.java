package dev.nightjar.store.sqlite;

import dev.nightjar.store.StoreException;
import dev.nightjar.store.sql.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Reads a database through once, beside whoever uses it, and says what is wrong with it: SQLite
 * finds a broken page only when it comes to it. A database that its last process did not close is
 * in doubt until the check has ended. Not checked is whether values are what was written. If the
 * process dies, the next start checks again.
 */
public final class DatabaseCheck implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DatabaseCheck.class.getName());
  private static final int FINDINGS_MAX = 5;
  private static final int BUSY_MILLIS = 10_000;
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final Findings findings;
  private final Duration again;
  private final Thread thread = Thread.ofPlatform().name("check").daemon().unstarted(this::run);
  private volatile @Nullable String problem;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What is wrong, in a sentence; empty when nothing is. */
  interface Findings {
    Optional<String> find();
  }

  /**
   * @param again when to look again after it could not
   */
  DatabaseCheck(Findings findings, boolean isInDoubt, Duration again) {
    this.findings = findings;
    this.again = again;
    this.problem = isInDoubt ? "the database is being checked after an unclean stop" : null;
  }

  /** Begins to check a database; {@code isInDoubt} is whether it counts as damaged until then. */
  public static DatabaseCheck begin(Path file, boolean isInDoubt) {
    var check = new DatabaseCheck(() -> findings(file), isInDoubt, AGAIN);
    check.start();
    return check;
  }

  void start() {
    thread.start();
  }

  /** Waits for its end. */
  void await() throws InterruptedException {
    thread.join();
  }

  /** Whether the last process left its write-ahead log, as it does when it is killed. */
  public static boolean wasLeftOpen(Path file) throws IOException {
    try {
      return Files.size(file.resolveSibling(file.getFileName() + "-wal")) > 0;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Looks at the whole file, on a connection of its own that only reads. */
  public static Optional<String> findings(Path file) {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    try (var sql = new Sql(config.createConnection("jdbc:sqlite:" + file))) {
      List<String> found =
          sql.list("PRAGMA quick_check(%d)".formatted(FINDINGS_MAX), row -> row.getString(1));
      return found.equals(List.of("ok"))
          ? Optional.empty()
          : Optional.of(String.join("; ", found).replace('\n', ' '));
    } catch (SQLException e) {
      if (isDamage(e)) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      throw new StoreException("the database could not be checked: " + e.getMessage(), e);
    }
  }

  /** The primary code of SQLITE_CORRUPT or SQLITE_NOTADB; a busy or a full system is no damage. */
  private static boolean isDamage(SQLException e) {
    int code = e.getErrorCode() & 0xFF;
    return code == 11 || code == 26;
  }

  /** Why the database should not be relied on, in a sentence; empty when it may be. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  private void run() {
    try {
      while (!hasEnded()) {
        if (closed.await(again.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** False when it could not look. */
  private boolean hasEnded() {
    try {
      Optional<String> found = findings.find();
      if (closed.getCount() > 0) {
        problem = found.map(DatabaseCheck::sentence).orElse(null);
        found.ifPresent(_ -> LOG.log(System.Logger.Level.ERROR, problem));
      }
      return true;
    } catch (StoreException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; it is tried again", e);
      return false;
    }
  }

  static String sentence(String found) {
    return "the database is damaged: stop the server, keep its data directory, and restore a backup"
        + " (%s)".formatted(found);
  }

  /** Does not wait for a check of a large database: it only reads, and goes with the process. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
