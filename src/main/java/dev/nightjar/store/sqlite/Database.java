package dev.nightjar.store.sqlite;

import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.disk.OwnerOnly;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.store.sql.Transactions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The database file and its threads: one that writes, a few that read, some of them for what may
 * take long, since SQLite is native code and would pin virtual threads. Writes that wait together
 * share one transaction and one fsync, each behind a savepoint of its own, so that one that fails
 * takes nothing with it. A call returns when its transaction is durable; if the process dies
 * before, it did not happen.
 */
public final class Database implements Transactions {
  private static final System.Logger LOG = System.getLogger(Database.class.getName());
  static final int VERSION = 7;

  /** For what is found at once: keys, ids, pages. No walk through many rows may hold these up. */
  private static final int LOOKERS = 4;

  /** For what walks through rows. */
  private static final int SCANNERS = 2;

  private static final int QUEUE_MAX = 4_096;
  private static final int GROUP_MAX = 256;

  /** SQLITE_CORRUPT, SQLITE_NOTADB. */
  private static final Set<Integer> DAMAGE = Set.of(11, 26);

  /** SQLITE_BUSY. */
  private static final int BUSY = 5;

  private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long BUSY_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final BlockingQueue<Task<?>> writes = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final BlockingQueue<Task<?>> looks = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final BlockingQueue<Task<?>> scans = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final List<Thread> readers = new ArrayList<>();
  private final Thread writer;
  private volatile boolean isClosed;
  private volatile @Nullable String damage;

  private record Task<T>(Work<T> work, CompletableFuture<T> result) {
    /** Runs it and gives what completes the result once the transaction is durable. */
    Runnable run(Sql sql) throws SQLException {
      T value = work.run(sql);
      return () -> result.complete(value);
    }
  }

  public Database(Path file) {
    var connections = new ArrayList<Sql>();
    try {
      OwnerOnly.createIfAbsent(file); // Its log and its index get the permissions that it has.
      for (int i = 0; i <= LOOKERS + SCANNERS; i++) {
        Sql sql = connect(file);
        connections.add(sql);
        if (i == 0) {
          migrate(sql, file);
        } else {
          sql.script("PRAGMA query_only = ON");
        }
      }
    } catch (SQLException | IOException e) {
      closeAfter(e, connections);
      throw new StoreException(
          "database %s cannot be opened: %s".formatted(file, e.getMessage()), e);
    } catch (StoreException e) {
      closeAfter(e, connections);
      throw e;
    }
    writer = start("sqlite-write", () -> write(connections.getFirst()));
    read("sqlite-look", looks, connections.subList(1, LOOKERS + 1));
    read("sqlite-scan", scans, connections.subList(LOOKERS + 1, connections.size()));
  }

  private void read(String name, BlockingQueue<Task<?>> tasks, List<Sql> connections) {
    for (Sql sql : connections) {
      readers.add(start(name, () -> read(tasks, sql)));
    }
  }

  private static Thread start(String name, Runnable loop) {
    return Thread.ofPlatform().name(name).daemon().start(ProcessEnd.loop(loop));
  }

  private static void closeAfter(Exception cause, List<Sql> connections) {
    for (Sql sql : connections) {
      try {
        sql.close();
      } catch (SQLException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** To become a log-structured database SQLite does not wait for its turn: so we do. */
  private static Sql connect(Path file) throws SQLException {
    long limit = System.nanoTime() + BUSY_NANOS;
    while (true) {
      var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file));
      try {
        sql.script(
            """
            PRAGMA busy_timeout = 10000;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            """);
        return sql;
      } catch (SQLException e) {
        sql.close();
        if (e.getErrorCode() != BUSY || System.nanoTime() > limit) {
          throw e;
        }
        LockSupport.parkNanos(BUSY_LOOK_NANOS);
      }
    }
  }

  private static void migrate(Sql sql, Path file) throws SQLException, IOException {
    int version = version(sql);
    if (version > VERSION) {
      throw new StoreException(
          "database %s has version %d and this program knows version %d: run a newer one"
              .formatted(file, version, VERSION),
          null);
    }
    for (int next = version + 1; next <= VERSION; next++) {
      sql.script("BEGIN IMMEDIATE");
      if (version(sql) < next) { // Another process may have been faster.
        sql.script(resource("V%d.sql".formatted(next)));
        sql.script("PRAGMA user_version = " + next);
      }
      sql.script("COMMIT");
    }
  }

  private static int version(Sql sql) throws SQLException {
    return sql.one("PRAGMA user_version", row -> row.getInt(1)).orElse(0);
  }

  static String resource(String name) throws IOException {
    try (InputStream in = Database.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("resource " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public <T> T inWrite(Work<T> work) {
    return await(writes, work);
  }

  @Override
  public <T> T inRead(Work<T> work) {
    return await(looks, work);
  }

  @Override
  public <T> T inScan(Work<T> work) {
    return await(scans, work);
  }

  int waitingWrites() {
    return writes.size();
  }

  private <T> T await(BlockingQueue<Task<?>> queue, Work<T> work) {
    var task = new Task<>(work, new CompletableFuture<T>());
    try {
      queue.put(task);
      if (isClosed) {
        throw closed();
      }
      return task.result.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the database", null);
    } catch (CompletionException e) {
      noteDamage(e.getCause());
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new StoreException("the database failed: " + e.getCause(), e.getCause());
    }
  }

  /** SQLite says so once it comes to a broken page; the check of the start may be long over. */
  private void noteDamage(@Nullable Throwable cause) {
    if (cause instanceof SQLException e && DAMAGE.contains(e.getErrorCode() & 0xFF)) {
      damage = DatabaseCheck.sentence(String.valueOf(e.getMessage()));
    }
  }

  /** What SQLite has called damaged since the start; empty for nothing. */
  public Optional<String> damage() {
    return Optional.ofNullable(damage);
  }

  private static StoreException closed() {
    return new StoreException("the database is closed", null);
  }

  private void read(BlockingQueue<Task<?>> tasks, Sql sql) {
    try (sql) {
      while (!isClosed) {
        Task<?> task = tasks.take();
        try {
          task.run(sql).run();
        } catch (Throwable e) {
          ProcessEnd.ifBroken(e);
          task.result.completeExceptionally(e);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.WARNING, "closing a connection", e);
    }
  }

  private void write(Sql sql) {
    var group = new ArrayList<Task<?>>(GROUP_MAX);
    try (sql) {
      while (!isClosed) {
        group.add(writes.take());
        writes.drainTo(group, GROUP_MAX - 1);
        commit(sql, group);
        group.clear();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.WARNING, "closing a connection", e);
    }
  }

  private static void commit(Sql sql, List<Task<?>> group) {
    var completions = new ArrayList<Runnable>(group.size());
    try {
      sql.update("BEGIN IMMEDIATE");
      for (Task<?> task : group) {
        completions.add(inSavepoint(sql, task));
      }
      sql.update("COMMIT");
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      rollback(sql, e);
      group.forEach(task -> task.result.completeExceptionally(e));
      return;
    }
    completions.forEach(Runnable::run);
  }

  private static Runnable inSavepoint(Sql sql, Task<?> task) throws SQLException {
    sql.update("SAVEPOINT task");
    try {
      Runnable completion = task.run(sql);
      sql.update("RELEASE task");
      return completion;
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      undo(sql, e);
      return () -> task.result.completeExceptionally(e);
    }
  }

  /** A full disk may have rolled all back already: then the whole group has failed, with that. */
  private static void undo(Sql sql, Throwable cause) throws SQLException {
    try {
      sql.update("ROLLBACK TO task");
      sql.update("RELEASE task");
    } catch (SQLException e) {
      e.addSuppressed(cause);
      throw cause instanceof SQLException first ? first : e;
    }
  }

  private static void rollback(Sql sql, Throwable cause) {
    try {
      sql.update("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e); // A failed COMMIT may have rolled back by itself.
    }
  }

  /** The writer's connection is closed last: of two that close at once neither ends the log. */
  @Override
  public void close() {
    isClosed = true;
    end(readers);
    end(List.of(writer));
    fail(writes);
    fail(looks);
    fail(scans);
  }

  private static void end(List<Thread> threads) {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(10));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void fail(BlockingQueue<Task<?>> queue) {
    for (@Nullable Task<?> task = queue.poll(); task != null; task = queue.poll()) {
      task.result.completeExceptionally(closed());
    }
  }
}
