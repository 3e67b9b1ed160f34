package dev.nightjar.engine.message;

import dev.nightjar.batch.Answer;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** What one call came to, seen from the line: docs/design.md#whose-fault says what follows. */
public sealed interface CallOutcome extends Serializable {
  /**
   * The upstream did its work: the line has its answer, or one that is too long to be kept.
   *
   * @param rates null when it says nothing of them
   */
  record Answered(Answer answer, @Nullable RateHeaders rates) implements CallOutcome {
    public Answered(Answer answer) {
      this(answer, null);
    }
  }

  /** Whose fault it is, one call cannot tell. */
  record Failed(Failure failure) implements CallOutcome {}

  /** We closed it, because the batch stops. */
  record Aborted() implements CallOutcome {}

  /** Our own disk failed: neither the line nor the upstream is to blame. */
  record LocalFault(String reason) implements CallOutcome {}
}
