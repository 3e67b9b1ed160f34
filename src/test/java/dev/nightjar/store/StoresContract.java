package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Stores to be held to a contract, by a clock that the test sets. */
public abstract class StoresContract {
  protected static final NodeId NODE = new NodeId("node-a");

  @TempDir Path directory;
  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  Stores stores;

  /** Opens the stores of this directory, which may have been used before and may be open. */
  protected abstract Stores open(Path directory, NodeId node, InstantSource clock);

  @BeforeEach
  void openStores() {
    stores = open(NODE);
  }

  @AfterEach
  void closeStores() {
    stores.close();
  }

  Stores open(NodeId node) {
    return open(directory, node, now::get);
  }

  void reopen() {
    stores.close();
    stores = open(NODE);
  }

  /** The stores when it is this time, which it is from then on. */
  Stores at(Instant time) {
    now.set(time);
    return stores;
  }
}
