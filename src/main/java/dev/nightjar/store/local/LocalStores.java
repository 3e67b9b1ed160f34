package dev.nightjar.store.local;

import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.store.sqlite.Database;
import dev.nightjar.store.sqlite.DatabaseCheck;
import dev.nightjar.store.sqlite.SqliteStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The embedded tier: all stores in one data directory, which is locked while they are open. Opened
 * in the order in which each needs the other, closed in the reverse.
 */
public final class LocalStores implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LocalStores.class.getName());
  private static final long JOURNAL_SEGMENT_BYTES = 64L << 20;

  /** Always the same, since the directory's lock lets there be one only. */
  public static final NodeId NODE = new NodeId("local");

  private final DataDirectory directory;
  private final Database database;
  private final DatabaseCheck check;
  private final Tier tier;
  private final DirectoryWatch watch;

  private LocalStores(DataDirectory directory, DiskSpace disk, InstantSource clock)
      throws IOException {
    this.directory = directory;
    directory.checkDatabase();
    boolean isInDoubt = DatabaseCheck.wasLeftOpen(directory.database());
    this.database = new Database(directory.database());
    this.check = DatabaseCheck.begin(directory.database(), isInDoubt);
    Stores stores = SqliteStores.on(database, NODE, clock);
    var objects = new FileObjectStore(directory.objects());
    var log =
        new JournalAnswerLog(
            directory.journal(), stores.chunks().unsealed(), JOURNAL_SEGMENT_BYTES);
    this.tier = new Tier(stores, log, objects, new ObjectChunkInputs(objects), disk);
    this.watch = new DirectoryWatch(directory.opened(), log::checkSegments, ProcessEnd::now);
    watch.start();
  }

  /** So much of the disk must stay free; the greater of the two. */
  public static LocalStores open(
      Path data, int freePercentMin, long freeBytesMin, InstantSource clock) {
    DataDirectory directory = DataDirectory.open(data);
    try {
      return new LocalStores(
          directory, new DataDisk(directory.root(), freePercentMin, freeBytesMin), clock);
    } catch (IOException e) {
      directory.close();
      throw new UncheckedIOException("data directory %s: %s".formatted(data, e.getMessage()), e);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * What is in the database, beside a server that may be using it, and so without the directory's
   * lock.
   */
  public static Stores beside(Path data, InstantSource clock) {
    Path database = DataDirectory.look(data).database();
    if (DataDirectory.isOlder(data)) {
      DataDirectory.open(data).close(); // Refused beside the older server that may be using it.
    }
    return SqliteStores.open(database, NODE, clock);
  }

  public Tier tier() {
    return tier;
  }

  public Path root() {
    return directory.root();
  }

  /** Why nobody should rely on what is stored, in a sentence; empty when all is well. */
  public Optional<String> problem() {
    return check.problem().or(database::damage);
  }

  @Override
  public void close() {
    watch.close();
    check.close();
    try {
      tier.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "closing the journal", e);
    }
    directory.close();
  }
}
