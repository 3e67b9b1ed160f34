package dev.nightjar.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K3")
class SteadyClockTest {
  private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private Instant wall = START;

  /** It may begin anywhere. */
  private long nanos = Long.MAX_VALUE - 1_000_000;

  /** How long a thread is held up between its looks at the one time and the other. */
  private Duration pause = Duration.ZERO;

  private final SteadyClock clock = new SteadyClock(this::lookAtWall, () -> nanos);

  private Instant lookAtWall() {
    wall = wall.plus(pause);
    nanos += pause.toNanos();
    return wall;
  }

  /** Looked at each second, as the engine does. */
  private void pass(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      wall = wall.plusSeconds(1);
      nanos += 1_000_000_000;
      var _ = clock.instant();
    }
  }

  private Duration error(Instant expected) {
    return Duration.between(expected, clock.instant()).abs();
  }

  @Test
  void jumpIsNotFollowedUntilItHasAgreedWithItself() {
    pass(Duration.ofHours(1));
    wall = wall.plus(DAY);

    pass(Duration.ofMinutes(15));
    assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofMinutes(75)));
    assertThat(clock.behind()).isEqualTo(DAY);
    pass(Duration.ofSeconds(1));

    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.behind()).isZero();
    assertThat(clock.jumps()).isEqualTo(1);
  }

  @Test
  void jumpThatIsTakenBackChangesNothing() {
    wall = wall.minus(DAY);
    pass(Duration.ofMinutes(14));
    wall = wall.plus(DAY);
    pass(Duration.ofHours(1));

    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.jumps()).isEqualTo(2);
  }

  @Test
  void threadThatIsHeldUpWhileItLooksSeesNoJump() {
    pass(Duration.ofMinutes(20));
    pause = Duration.ofSeconds(40);
    pass(Duration.ofSeconds(10));
    pause = Duration.ZERO;
    pass(Duration.ofSeconds(10));

    assertThat(clock.jumps()).isZero();
    assertThat(clock.isConfirmed()).isTrue();
    assertThat(clock.instant()).isEqualTo(wall);
  }

  @Test
  void clockThatJumpsOnAndOnNeverCounts() {
    for (int i = 1; i <= 20; i++) {
      wall = wall.plus(DAY);
      pass(Duration.ofMinutes(10));
    }

    assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofMinutes(200)));
  }

  @Test
  void nearbyClockIsFollowedSlowly() {
    wall = wall.plusSeconds(20);
    pass(Duration.ofSeconds(100));
    assertThat(error(START.plusSeconds(101))).isZero();

    pass(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.jumps()).isZero();
  }

  @Test
  void manySmallStepsAreAJump() {
    for (int i = 0; i < 10; i++) {
      wall = wall.plusSeconds(20);
      pass(Duration.ofSeconds(10));
    }

    assertThat(error(START.plusSeconds(100))).isLessThan(Duration.ofSeconds(2));
    assertThat(clock.jumps()).isPositive();
  }

  @Test
  void steadyTimeIsNeverSetAndNeverStands() {
    wall = wall.minus(DAY);
    pass(Duration.ofMinutes(20));

    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.steady()).isEqualTo(START.plus(Duration.ofMinutes(20)));
    assertThat(clock.aheadMillis()).isEqualTo(-DAY.toMillis());
  }

  @Test
  void itSettlesTwoHoursAfterAStartAndEachJump() {
    pass(Duration.ofHours(2).minusSeconds(1));
    assertThat(clock.isSettled()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(clock.isSettled()).isTrue();

    wall = wall.plus(DAY);
    pass(Duration.ofSeconds(1));
    assertThat(clock.isSettled()).isFalse();
    wall = wall.minus(DAY);
    pass(Duration.ofHours(2));
    assertThat(clock.isSettled()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(clock.isSettled()).isTrue();
  }

  @Test
  void startIsConfirmedOnceTheClockHasAgreedWithItself() {
    pass(Duration.ofMinutes(14));
    wall = wall.plus(DAY);
    pass(Duration.ofMinutes(10));
    assertThat(clock.isConfirmed()).isFalse();

    pass(Duration.ofMinutes(6));
    assertThat(clock.isConfirmed()).isTrue();
    assertThat(clock.instant()).isEqualTo(wall);
  }
}
