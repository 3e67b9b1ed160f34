package dev.nightjar.store.sqlite;

import dev.nightjar.store.LimitRacesContract;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.Stores;
import java.nio.file.Path;
import java.time.InstantSource;

class SqliteLimitRacesTest extends LimitRacesContract {
  @Override
  protected Stores open(Path directory, NodeId node, InstantSource clock) {
    return SqliteStores.open(directory.resolve("meta.db"), node, clock);
  }
}
