package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.EngineFigures.Validating;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whose file is checked next; the first letter of a batch is its project. */
@Tag("K4")
class ValidationTurnsTest extends ValidationFixture {
  @Test
  void longFileGivesItsTurnToOtherProjectsAndNotToItsOwn() {
    submitLarge("a1", "b1", "a2", "c1");

    assertThat(slices()).containsExactly("a1", "b1");
    assertThat(reason("a1")).isEmpty();
    assertThat(reason("a2")).contains("its validation waits for its turn");
    assertThat(reason("c1")).contains("its validation waits for its turn");
    goOn("a1");
    assertThat(slices()).containsExactly("b1", "c1");
    end("c1");
    assertThat(slices()).containsExactly("b1", "a1");
    end("a1");
    assertThat(slices()).containsExactly("b1", "a2");
    assertThat(reason("a2")).isEmpty();
  }

  @Test
  void tenLinesDoNotWaitBehindGigabytes() {
    submitLarge("a1", "b1", "c1");

    submitSmall("a2", "d1");

    assertThat(slices()).containsExactly("a1", "b1", "a2");
    end("a2");
    assertThat(slices()).containsExactly("a1", "b1", "d1");
  }

  @Test
  void batchThatIsKnownIsNotValidatedTwice() {
    submitSmall("a1", "a1");
    assertThat(slices()).containsExactly("a1");

    end("a1");

    assertThat(slices()).isEmpty();
  }

  @Test
  void noMoreThanEightAreBegun() {
    submitLarge("a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1");

    for (int i = 0; i < 100; i++) {
      goOn(slices().getFirst());
      assertThat(slices()).doesNotContain("i1");
    }
    assertThat(figures()).isEqualTo(new Validating(8 * PIECE, 8, 0));
    end(slices().getFirst());
    for (int i = 0; i < 8; i++) {
      goOn(slices().getFirst());
    }
    assertThat(slices()).contains("i1");
  }

  // ---- memory

  /** All that there is, held by the oldest. */
  private void takeAllMemory() {
    submitLarge("o1");
    for (long held = PIECE; held < MEMORY; held += PIECE) {
      wantMemory("o1");
    }
    assertThat(figures()).isEqualTo(new Validating(MEMORY, 1, 0));
  }

  @Test
  void thoseThatWaitForMemoryHoldUpNobodyWhoNeedsNone() {
    takeAllMemory();
    submitSmall("a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1");

    for (char project = 'a'; project <= 'h'; project++) {
      assertThat(slices()).containsExactly("o1", project + "1");
      wantMemory(project + "1");
    }

    assertThat(slices()).containsExactly("o1", "i1");
    assertThat(reason("a1")).contains("its validation waits for memory that others hold");
    assertThat(figures()).isEqualTo(new Validating(MEMORY + 9 * PIECE, 10, 8));
    end("i1");
    submitSmall("j1");
    assertThat(slices()).containsExactly("o1", "j1");
  }

  @Test
  void theyGoOnInTheirOrderWhenMemoryIsGivenBack() {
    takeAllMemory();
    submitSmall("a1", "b1");
    wantMemory("a1");
    wantMemory("b1");
    assertThat(slices()).containsExactly("o1");

    end("o1");

    assertThat(slices()).containsExactly("a1");
    end("a1");
    assertThat(slices()).containsExactly("b1");
    end("b1");
    assertThat(figures()).isEqualTo(new Validating(0, 0, 0));
  }

  @Test
  void oldestNeverWaitsHoweverMuchItWants() {
    takeAllMemory();
    for (int i = 0; i < 10; i++) {
      wantMemory("o1");

      assertThat(slices()).containsExactly("o1");
    }
    submitSmall("a1");
    wantMemory("a1");
    withdraw("o1");
    end("o1");

    wantMemory("a1"); // It is the oldest now.

    assertThat(slices()).containsExactly("a1");
  }

  @Test
  void ninthThatWaitsForMemoryGivesBackWhatItHasAndBeginsAnewWhenAnotherNoLongerWaits() {
    takeAllMemory();
    submitSmall("a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1");
    for (char project = 'a'; project <= 'h'; project++) {
      wantMemory(project + "1");
    }
    wantMemory("i1");

    assertThat(forgotten()).containsExactly("i1");
    assertThat(figures()).isEqualTo(new Validating(MEMORY + 8 * PIECE, 9, 8));
    assertThat(reason("i1")).contains("its validation waits for memory that others hold");
    assertThat(slices()).containsExactly("o1");
    withdraw("b1");
    assertThat(slices()).containsExactly("o1", "i1");
  }
}
