package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.EngineFigures.Validating;
import dev.nightjar.engine.message.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Validations that fail for no fault of their file, and batches that end before theirs. */
@Tag("K6")
class ValidationLaterTest extends ValidationFixture {
  private static final String REASON = "its file cannot be read: no such object";

  @BeforeEach
  void expiryIsAnsweredByTheTest() {
    engine.isStoreSlow = true;
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(figures()).isEqualTo(new Validating(0, 0, 0));
  }

  @Test
  void failedOneIsTriedAgainAfterOneToSixtySeconds() {
    submitSmall("a1");
    var waits = new ArrayList<Long>();
    for (int i = 0; i < 8; i++) {
      fail("a1", REASON);
      assertThat(reason("a1")).contains(REASON);
      long begun = engine.now;
      for (int second = 0; second < 100 && engine.slices.isEmpty(); second++) {
        engine.advance(1_000);
      }
      waits.add((engine.now - begun) / 1_000);
    }

    assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    assertThat(reason("a1")).isEmpty();
    start("a1");
  }

  @Test
  void itHoldsUpNobodyAndKeepsNothingWhileItWaits() {
    submitSmall("a1", "a2");
    fail("a1", REASON);

    assertThat(slices()).containsExactly("a2");
    assertThat(forgotten()).containsExactly("a1");
    end("a2");
  }

  @Test
  void itIsTriedAtItsDeadlineAndExpiresWhenThatFailsToo() {
    deadlineMillis = engine.now + 500;
    submitSmall("a1");
    fail("a1", REASON);
    engine.advance(500);
    assertThat(slices()).containsExactly("a1");
    assertThat(engine.expired).isEmpty();

    fail("a1", REASON);

    assertThat(engine.expired).containsExactly(Map.entry(id("a1"), Ending.EXPIRED));
    engine.post(new Event.ExpiredUnvalidated(id("a1")));
    assertThat(engine.finished).containsExactly(id("a1"));
    engine.advance(100_000);
    assertThat(slices()).isEmpty();
  }

  @Test
  void itDoesNotExpireWhileTheTimeMayBeWrong() {
    deadlineMillis = engine.now;
    engine.post(new Event.ClockSet(0, false));
    submitSmall("a1");

    fail("a1", REASON);

    assertThat(engine.expired).isEmpty();
    engine.post(new Event.ClockSet(0, true));
    engine.advance(1_000);
    fail("a1", REASON);
    assertThat(engine.expired).containsKey(id("a1"));
    engine.post(new Event.ExpiredUnvalidated(id("a1")));
  }

  @Test
  void expiryThatFailsIsTriedAgain() {
    deadlineMillis = engine.now;
    submitSmall("a1");
    fail("a1", REASON);

    engine.post(new Event.ExpireFailed(id("a1"), "it cannot be expired: disk full"));

    assertThat(reason("a1")).contains("it cannot be expired: disk full");
    engine.advance(2_000);
    fail("a1", REASON);
    assertThat(reason("a1")).contains(REASON);
    engine.post(new Event.ExpiredUnvalidated(id("a1")));
    assertThat(engine.finished).containsExactly(id("a1"));
  }

  @Test
  void oneThatHadBegunWhenItWasToExpireIsHandedOver() {
    deadlineMillis = engine.now;
    submitSmall("a1");
    fail("a1", REASON);

    engine.post(new Event.Stopping(id("a1"), Ending.EXPIRED));

    assertThat(slices()).containsExactly("a1");
    start("a1");
  }

  @Test
  void oneThatHadExpiredThoughThatFailedEnds() {
    deadlineMillis = engine.now;
    submitSmall("a1", "a2");
    fail("a1", REASON);
    engine.post(new Event.ExpireFailed(id("a1"), "planned"));
    end("a2");
    engine.advance(2_000);
    assertThat(slices()).containsExactly("a1");

    expired("a1");

    assertThat(engine.finished).containsExactly(id("a1"));
    submitSmall("a3"); // It is a thread's turn.
    end("a3");
  }

  // ---- cancelled before they start

  private List<Long> finishedWith(String name) {
    withdraw(name);
    return List.copyOf(engine.finished);
  }

  @Test
  void cancelledOneEndsAtOnceWhereverItWaits() {
    submitLarge("a1", "b1", "a2", "c1", "d1");
    goOn("a1");
    fail("b1", REASON);
    assertThat(slices()).containsExactly("c1", "d1");

    assertThat(finishedWith("a2")).as("had no turn yet").contains(id("a2"));
    assertThat(finishedWith("a1")).as("between two slices").contains(id("a1"));
    assertThat(finishedWith("b1")).as("failed").contains(id("b1"));
    assertThat(finishedWith("c1")).as("in a slice").contains(id("c1"));
    assertThat(forgotten()).contains("a1", "b1", "c1");
    goOn("c1");
    end("d1");
    engine.advance(100_000);
    assertThat(slices()).isEmpty();
  }

  @Test
  void cancelledOneThatExpiresMeanwhileEndsOnce() {
    deadlineMillis = engine.now;
    submitSmall("a1");
    fail("a1", REASON);
    withdraw("a1");
    assertThat(engine.finished).containsExactly(id("a1"));
    engine.finished.clear();

    engine.post(new Event.ValidationEnded(id("a1")));

    assertThat(engine.finished).isEmpty();
  }

  @Test
  void cancelledOneIsNotTriedAgainWhenItsSliceFails() {
    submitSmall("a1");
    withdraw("a1");

    fail("a1", REASON);

    engine.advance(100_000);
    assertThat(slices()).isEmpty();
  }

  @Test
  void oneThatIsNotKnownIsFinished() {
    engine.post(new Event.Withdrawn(7));

    assertThat(engine.finished).containsExactly(7L);
  }
}
