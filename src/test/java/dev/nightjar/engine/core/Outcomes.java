package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.file.Bytes;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What calls come to. */
final class Outcomes {
  private Outcomes() {}

  static Answer answer(boolean isSuccess) {
    return Answer.of(isSuccess, Usage.NONE, Bytes.utf8("{}"));
  }

  /** A call that failed: its kind, the status that came (0 for none), and what it is called. */
  static CallOutcome failed(Kind kind, int status, String reason, Mark... marks) {
    return failed(kind, status, reason, null, marks);
  }

  static CallOutcome failed(
      Kind kind, int status, String reason, @Nullable Duration retryAfter, Mark... marks) {
    return new CallOutcome.Failed(
        new Failure(kind, status, null, reason, retryAfter, answer(false), Set.of(marks)));
  }

  static CallOutcome ok() {
    return new CallOutcome.Answered(answer(true));
  }

  static CallOutcome throttled(String reason, @Nullable Duration retryAfter) {
    return failed(Kind.THROTTLED, 429, reason, retryAfter);
  }

  /** It came to nothing by itself: no connection broke, and no status says why. */
  static CallOutcome broken() {
    return failed(Kind.BROKEN, 200, "no JSON");
  }

  static CallOutcome reset() {
    return failed(Kind.BROKEN, 0, "reset", Mark.CUT);
  }

  static CallOutcome unreachable(String reason) {
    return failed(Kind.BROKEN, 0, reason, Mark.UNSENT);
  }

  static CallOutcome denied() {
    return failed(Kind.DENIED, 401, "401");
  }
}
