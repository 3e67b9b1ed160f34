package dev.nightjar.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

class SweepTest extends SweepContract {
  @Override
  protected Tier open(Path directory, InstantSource clock) throws IOException {
    return EmbeddedTier.open(directory, clock);
  }
}
