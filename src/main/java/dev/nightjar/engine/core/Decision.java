package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.OpenChunk.Line;

/** What becomes of a line after an outcome: {@link Faults} decides, the engine does it. */
sealed interface Decision {
  /** The line has its answer. */
  record Append(Line line, Answer answer) implements Decision {}

  /** It goes back to the head of its queue. */
  record PutBack(Line line) implements Decision {}

  /** It is sent when nothing else is in flight on its lane. */
  record PutBackAlone(Line line) implements Decision {}

  record PutBackLater(Line line, long atMillis) implements Decision {}

  /** It waits for a probe. */
  record Suspect(Line line) implements Decision {}

  /** A line that waited for a probe waits no more; what follows for it comes next. */
  record Cleared(Line line) implements Decision {}
}
