package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.OpenChunk.Line;

/** What becomes of a line after an outcome: {@link Faults} decides, the engine does it. */
sealed interface Decision {
  /** The line has its answer. */
  record Append(Line line, Answer answer) implements Decision {}

  /** It goes back to its place. */
  record PutBack(Line line) implements Decision {}

  record PutBackLater(Line line, long atMillis) implements Decision {}

  /** Its call failed, and whose fault that was is not known yet. */
  record Hold(Line line) implements Decision {}

  /** A line that was held is not any more; what follows for it comes next. */
  record Release(Line line) implements Decision {}
}
