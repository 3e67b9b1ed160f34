package dev.nightjar;

import dev.nightjar.config.ClientTls;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.message.ModelNames;
import dev.nightjar.engine.message.ModelNames.Others;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.run.RunNode;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.local.LocalStores;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.upstream.HttpUpstream;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamTarget;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;

/** The engine on one machine: a data directory, its stores, and the upstreams. */
final class LocalEngine implements RunNode {
  private final SteadyClock clock;
  private final LocalStores stores;
  private final List<Upstream> upstreams;
  private final BatchEngine engine;

  /** How much of what this node may take. */
  record Limits(BatchEngine.Limits engine, DiskFreeMin diskFreeMin) {}

  private LocalEngine(
      LocalStores stores, SteadyClock clock, List<UpstreamSettings> upstreams, Limits limits) {
    this.stores = stores;
    this.clock = clock;
    var clients = new ArrayList<Upstream>();
    var specs = new ArrayList<UpstreamSpec>();
    for (UpstreamSettings upstream : upstreams) {
      clients.add(client(upstream, clock));
      specs.add(
          new UpstreamSpec(
              upstream.name(),
              models(upstream),
              upstream.maxInFlight(),
              upstream.isFoundOut(),
              upstream.requestsPerMinute(),
              upstream.tokensPerMinute()));
    }
    this.upstreams = clients;
    this.engine =
        new BatchEngine(
            stores.tier(),
            new BatchEngine.Upstreams(clients, specs),
            limits.engine(),
            new BatchEngine.World(clock, new SecureRandom(), ProcessEnd::now));
    engine.traceTo(stores.root());
  }

  /** Opens all and takes up unfinished batches only at {@link BatchEngine#start}. */
  static LocalEngine open(Path data, List<UpstreamSettings> upstreams, Limits limits) {
    var clock = new SteadyClock(InstantSource.system(), System::nanoTime);
    DiskFreeMin free = limits.diskFreeMin();
    LocalStores stores = LocalStores.open(data, free.percent(), free.bytes(), clock);
    try {
      return new LocalEngine(stores, clock, upstreams, limits);
    } catch (RuntimeException e) {
      stores.close();
      throw e;
    }
  }

  private static ModelNames models(UpstreamSettings upstream) {
    Set<String> models = upstream.models();
    if (models == null) {
      return ModelNames.of(Set.of(), Others.ANY);
    }
    Others others = upstream.preset().takesAnyModel() ? Others.ANY_WITH_ONE : Others.NONE;
    return ModelNames.of(models, others);
  }

  private static Upstream client(UpstreamSettings upstream, SteadyClock clock) {
    try {
      return new HttpUpstream(
          new UpstreamTarget(
              upstream.name(),
              URI.create(upstream.url()),
              upstream.apiKey(),
              upstream.maxInFlight(),
              upstream.preset(),
              upstream.headers()),
          clock,
          tls(upstream));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "upstream '%s': %s".formatted(MaskedUrl.of(upstream.url()), e.getMessage()));
    }
  }

  /** Files are read for those who need them. */
  private static SSLSocketFactory tls(UpstreamSettings upstream) {
    boolean isSecure = upstream.url().toLowerCase(Locale.ROOT).startsWith("https:");
    return (isSecure ? upstream.tls() : ClientTls.DEFAULT).context().getSocketFactory();
  }

  SteadyClock clock() {
    return clock;
  }

  Tier tier() {
    return stores.tier();
  }

  @Override
  public Stores stores() {
    return tier().stores();
  }

  @Override
  public ObjectStore objects() {
    return tier().objects();
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
    return stores.problem();
  }

  @Override
  public void close() {
    engine.close();
    upstreams.forEach(Upstream::close);
    stores.close();
  }
}
