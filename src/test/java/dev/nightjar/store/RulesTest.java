package dev.nightjar.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** The rules on SQLite, journal and files. */
class RulesTest extends RulesContract {
  @Override
  protected Tier open(Path directory, InstantSource clock) throws IOException {
    return EmbeddedTier.open(directory, clock);
  }
}
