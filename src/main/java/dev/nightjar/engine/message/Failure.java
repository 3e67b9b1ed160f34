package dev.nightjar.engine.message;

import dev.nightjar.batch.Answer;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call that brought the line no answer that it could have come for.
 *
 * @param status of HTTP; 0 when no answer came
 * @param code what the upstream's error calls itself; null when it does not
 * @param reason in a sentence, with the upstream's own words where there are any
 * @param retryAfter for how long it asks to be left alone; null when it does not
 * @param verdict the answer that the line gets if this call is its last
 * @param marks what else can be told of it
 */
public record Failure(
    Kind kind,
    int status,
    @Nullable String code,
    String reason,
    @Nullable Duration retryAfter,
    Answer verdict,
    Set<Mark> marks)
    implements Serializable {

  /** What it looks like, as far as one call shows. */
  public enum Kind {
    /** What was asked for is refused: 400, 413, 415, 422. */
    REFUSED,
    /** The upstream is there and wants less: 429, or a 503 of an admission control. */
    THROTTLED,
    /** The key, or what it may do: 401, 403. */
    DENIED,
    /** What answers is not what was meant, or not any more: 404, 405, 3xx, an empty account. */
    ASTRAY,
    /** It did not work: 5xx, a reset, a time-out, a 2xx that is no answer. */
    BROKEN
  }

  /** What else can be told. */
  public enum Mark {
    /** A reset, a closed connection, or 502 to 504: calls may be cut off together. */
    CUT,
    /** There was no connection: nothing was sent. */
    UNSENT,
    /** The upstream itself speaks: an error as a JSON object. */
    JSON,
    /** Its words are known to be about the request. */
    OWN
  }

  public Failure {
    marks = Set.copyOf(marks);
  }

  public static Failure of(Kind kind, int status, String reason, Answer verdict) {
    return new Failure(kind, status, null, reason, null, verdict, Set.of());
  }

  public boolean is(Mark mark) {
    return marks.contains(mark);
  }

  public Failure with(Mark mark) {
    List<Mark> more = new ArrayList<>(marks);
    more.add(mark);
    return new Failure(kind, status, code, reason, retryAfter, verdict, Set.copyOf(more));
  }

  public Failure withCode(@Nullable String newCode) {
    return new Failure(kind, status, newCode, reason, retryAfter, verdict, marks);
  }

  public Failure withRetryAfter(@Nullable Duration asked) {
    return new Failure(kind, status, code, reason, asked, verdict, marks);
  }
}
