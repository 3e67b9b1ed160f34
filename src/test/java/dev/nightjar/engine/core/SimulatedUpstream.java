package dev.nightjar.engine.core;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.engine.message.LineId;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A simulated upstream: when it is down, what its calls come to, and how long they take. */
final class SimulatedUpstream {
  private static final int STAY_MILLIS_MAX = 2_000;

  private final RandomGenerator random;
  private final boolean hasFaults;
  private final int slots;
  private int inFlight;
  private long downFrom = Long.MAX_VALUE;
  private long downUntil = Long.MAX_VALUE;

  SimulatedUpstream(RandomGenerator random, int slots, boolean hasFaults, long outagesBefore) {
    this.random = random;
    this.slots = slots;
    this.hasFaults = hasFaults;
    if (hasFaults && random.nextBoolean()) {
      fall(random.nextLong(outagesBefore), 1 + random.nextInt(600_000));
    }
  }

  private void fall(long from, long millis) {
    downFrom = from;
    downUntil = from + millis;
  }

  boolean isDown(long now) {
    return downFrom <= now && now < downUntil;
  }

  /** False if it has more calls than it should. */
  boolean begin() {
    return ++inFlight <= slots;
  }

  void end() {
    inFlight--;
  }

  void forgetCalls() {
    inFlight = 0;
  }

  long stayMillis() {
    return 1L + random.nextInt(random.nextInt(20) == 0 ? 30 * STAY_MILLIS_MAX : STAY_MILLIS_MAX);
  }

  /** Some lines bring it down, whenever they are sent. */
  boolean isPoison(LineId line) {
    return hasFaults && line.hashCode() % 97 == 0;
  }

  /** What a call comes to that ends now; {@code wasDown} is whether it was down at its begin. */
  CallOutcome outcome(LineId line, boolean wasDown, long now) {
    if (wasDown) {
      return Outcomes.unreachable("refused");
    }
    if (isPoison(line)) {
      if (!isDown(now)) {
        fall(now, 500 + random.nextInt(10_000));
      }
      return Outcomes.reset();
    }
    if (isDown(now)) {
      return Outcomes.reset();
    }
    return switch (hasFaults ? random.nextInt(40) : 39) {
      case 0 -> Outcomes.broken();
      case 1 -> Outcomes.failed(Kind.BROKEN, 500, "500");
      case 2 -> Outcomes.throttled("429", retryAfter());
      case 3 -> Outcomes.failed(Kind.BROKEN, 503, "503", retryAfter(), Mark.CUT);
      case 4 -> new CallOutcome.LocalFault("no space left");
      case 5 -> random.nextInt(20) == 0 ? Outcomes.denied() : error();
      case 6 -> error();
      default -> new CallOutcome.Answered(Outcomes.answer(true));
    };
  }

  private static CallOutcome error() {
    return Outcomes.failed(Kind.REFUSED, 400, "400", Mark.JSON);
  }

  private @Nullable Duration retryAfter() {
    return random.nextBoolean() ? null : Duration.ofMillis(random.nextInt(5_000));
  }

  CallOutcome control(long now) {
    return isDown(now)
        ? Outcomes.unreachable("refused")
        : new CallOutcome.Answered(Outcomes.answer(true));
  }
}
