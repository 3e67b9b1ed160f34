package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.engine.message.Picture;

/**
 * What the API tells the engine, and what it sees of it. Any thread may call; nothing here waits
 * for the engine.
 */
public interface BatchRunner {
  /** A batch is in the database as {@code validating}: work on it. */
  void created(Batch batch);

  /** A batch has become {@code cancelling}. */
  void cancelled(Batch batch);

  /** What it works on, as of a moment ago. To be read before what it is compared with. */
  Picture picture();
}
