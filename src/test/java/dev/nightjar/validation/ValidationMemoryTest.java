package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.validation.ValidationMemory.Share;
import dev.nightjar.validation.ValidationMemory.Use;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Validations share memory: they come back later rather than fail. */
class ValidationMemoryTest {
  private final ValidationMemory memory = new ValidationMemory(100);
  private final Share older = memory.open();
  private final Share younger = memory.open();

  @BeforeEach
  void shareAlmostAll() {
    assertThat(older.take(60)).isTrue();
    assertThat(younger.take(30)).isTrue();
  }

  @Test
  void youngerGetsNoMoreUntilTheOlderHasEnded() {
    assertThat(younger.take(20)).isFalse();
    assertThat(younger.take(20)).isFalse();
    assertThat(memory.use()).isEqualTo(new Use(90, 2, 1));

    older.close();

    assertThat(younger.take(20)).isTrue();
    assertThat(memory.use()).isEqualTo(new Use(50, 1, 0));
  }

  @Test
  void oldestNeverWaitsHoweverMuchItWants() {
    assertThat(older.take(1_000)).isTrue();

    assertThat(memory.use()).isEqualTo(new Use(1_090, 2, 0));
  }

  @Test
  void firstPieceIsNeverWaitedFor() {
    assertThat(older.take(1_000)).isTrue();

    try (Share third = memory.open()) {
      assertThat(third.take(5)).isTrue();

      assertThat(memory.use()).isEqualTo(new Use(1_095, 3, 0));
    }
    assertThat(memory.use().bytes()).isEqualTo(1_090);
  }

  @Test
  void validationThatEndsWhileItWaitsWaitsNoMore() {
    assertThat(younger.take(20)).isFalse();

    younger.close();

    assertThat(memory.use()).isEqualTo(new Use(60, 1, 0));
  }
}
