package dev.nightjar.run;

import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.upstream.Upstream;
import java.nio.file.Path;
import java.util.List;

/** An engine with its stores and upstreams, for as long as a run takes. */
public interface RunNode extends AutoCloseable {
  Stores stores();

  ObjectStore objects();

  BatchEngine engine();

  /** In the order in which they were named. */
  List<Upstream> upstreams();

  @Override
  void close();

  /** Opens one on a state directory, which it makes if there is none. */
  interface Opener {
    RunNode open(Path state, List<UpstreamSettings> upstreams, BatchEngine.Limits limits);
  }
}
