package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the API tells the engine, and asks it. Any thread may call; nothing here waits for work. */
public interface BatchRunner {
  /** A batch is in MetaStore as {@code validating}: work on it. */
  void created(Batch batch);

  /** A batch has become {@code cancelling}. */
  void cancelled(Batch batch);

  /** The figures of a batch that is being worked on, unsealed answers included. */
  Optional<Live> live(long batch);

  /**
   * Counts and usage as of now.
   *
   * @param reason why nothing is sent at the moment, in a sentence; null when work goes on
   */
  record Live(RequestCounts counts, Usage usage, @Nullable String reason) {}
}
