package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.engine.message.Live;
import java.util.Optional;

/** What the API tells the engine, and asks it. Any thread may call; nothing here waits for work. */
public interface BatchRunner {
  /** A batch is in the database as {@code validating}: work on it. */
  void created(Batch batch);

  /** A batch has become {@code cancelling}. */
  void cancelled(Batch batch);

  /** The figures of a batch that is being worked on, unsealed answers included. */
  Optional<Live> live(long batch);
}
