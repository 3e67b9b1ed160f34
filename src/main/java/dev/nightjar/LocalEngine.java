package dev.nightjar;

import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.run.RunNode;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.store.local.DataDisk;
import dev.nightjar.store.local.DirectoryWatch;
import dev.nightjar.store.sqlite.DatabaseCheck;
import dev.nightjar.store.sqlite.SqliteStores;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.upstream.HttpUpstream;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The engine on one machine: a data directory, its stores, and the upstreams. Opened in the order
 * in which each needs the other, closed in the reverse.
 */
final class LocalEngine implements RunNode {
  private static final System.Logger LOG = System.getLogger(LocalEngine.class.getName());
  private static final long JOURNAL_SEGMENT_BYTES = 64L << 20;

  private final DataDirectory directory;
  private final SteadyClock clock = new SteadyClock(InstantSource.system(), System::nanoTime);
  private final DiskSpace disk;
  private final SqliteStores database;
  private final Tier tier;
  private final DatabaseCheck check;
  private final JournalAnswerLog log;
  private final List<Upstream> upstreams;
  private final BatchEngine engine;
  private final DirectoryWatch watch;

  /** How much of what this node may take. */
  record Limits(BatchEngine.Limits engine, DiskFreeMin diskFreeMin) {}

  private LocalEngine(DataDirectory directory, List<UpstreamSettings> upstreams, Limits limits)
      throws IOException {
    this.directory = directory;
    DiskFreeMin free = limits.diskFreeMin();
    this.disk = new DataDisk(directory.root(), free.percent(), free.bytes());
    directory.checkDatabase();
    boolean isInDoubt = DatabaseCheck.wasLeftOpen(directory.database());
    this.database = new SqliteStores(directory.database());
    this.check = DatabaseCheck.begin(directory.database(), isInDoubt);
    var objects = new FileObjectStore(directory.objects());
    Stores stores = database.stores();
    this.log =
        new JournalAnswerLog(
            directory.journal(), stores.chunks().unsealed(), JOURNAL_SEGMENT_BYTES);
    this.tier = new Tier(stores, log, objects, new ObjectChunkInputs(objects), disk);
    var clients = new ArrayList<Upstream>();
    var specs = new ArrayList<UpstreamSpec>();
    for (UpstreamSettings upstream : upstreams) {
      clients.add(client(upstream, clock));
      specs.add(new UpstreamSpec(upstream.name(), upstream.models(), upstream.maxInFlight()));
    }
    this.upstreams = clients;
    this.engine =
        new BatchEngine(
            tier,
            new BatchEngine.Upstreams(clients, specs),
            limits.engine(),
            new BatchEngine.World(clock, new SecureRandom(), ProcessEnd::now));
    engine.traceTo(directory.root());
    this.watch = new DirectoryWatch(directory.opened(), log::checkSegments, ProcessEnd::now);
    watch.start();
  }

  /** Opens all and takes up unfinished batches only at {@link BatchEngine#start}. */
  static LocalEngine open(Path data, List<UpstreamSettings> upstreams, Limits limits) {
    DataDirectory directory = DataDirectory.open(data);
    try {
      return new LocalEngine(directory, upstreams, limits);
    } catch (IOException e) {
      directory.close();
      throw new UncheckedIOException("data directory %s: %s".formatted(data, e.getMessage()), e);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static Upstream client(UpstreamSettings upstream, SteadyClock clock) {
    try {
      return new HttpUpstream(
          new UpstreamTarget(
              upstream.name(),
              URI.create(upstream.url()),
              upstream.apiKey(),
              upstream.maxInFlight()),
          clock);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "upstream '%s': %s".formatted(MaskedUrl.of(upstream.url()), e.getMessage()));
    }
  }

  @Override
  public SteadyClock clock() {
    return clock;
  }

  @Override
  public Stores stores() {
    return tier.stores();
  }

  DiskSpace disk() {
    return disk;
  }

  JournalAnswerLog log() {
    return log;
  }

  @Override
  public ObjectStore objects() {
    return tier.objects();
  }

  @Override
  public BatchEngine engine() {
    return engine;
  }

  @Override
  public List<Upstream> upstreams() {
    return upstreams;
  }

  /** Why nobody should rely on what this node stores, in a sentence; empty when all is well. */
  Optional<String> problem() {
    return check.problem().or(database::damage);
  }

  @Override
  public void close() {
    watch.close();
    check.close();
    engine.close();
    upstreams.forEach(Upstream::close);
    try {
      tier.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "closing the journal", e);
    }
    directory.close();
  }
}
