package dev.nightjar.testing;

import dev.nightjar.store.Stores;
import dev.nightjar.store.local.LocalStores;
import dev.nightjar.store.sqlite.SqliteStores;
import java.nio.file.Path;
import java.time.InstantSource;

/** The stores of a database file, as a server's node has them. */
public final class TestStores {
  private TestStores() {}

  /** By the system's clock. */
  public static Stores open(Path file) {
    return open(file, InstantSource.system());
  }

  public static Stores open(Path file, InstantSource clock) {
    return SqliteStores.open(file, LocalStores.NODE, clock);
  }
}
