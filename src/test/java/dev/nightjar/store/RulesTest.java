package dev.nightjar.store;

import java.io.IOException;
import java.nio.file.Path;

/** The rules on SQLite, journal and files. */
class RulesTest extends RulesContract {
  @Override
  protected Tier open(Path directory) throws IOException {
    return EmbeddedTier.open(directory);
  }
}
