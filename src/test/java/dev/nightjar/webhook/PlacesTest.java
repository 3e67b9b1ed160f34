package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K4")
class PlacesTest {
  private final Places places = new Places(128, 48);

  private int takeAll(String project) {
    int taken = 0;
    while (places.take(project)) {
      taken++;
    }
    return taken;
  }

  @Test
  void projectAloneGetsHalfOfWhatIsNotKeptForOthers() {
    assertThat(takeAll("a")).isEqualTo(40);
  }

  @Test
  void whoHoldsNoneGetsOneBesideFiftyThatTakeAllTheyCan() {
    for (int i = 0; i < 50; i++) {
      assertThat(takeAll("theirs" + i)).as("project %d", i).isPositive();
    }

    assertThat(places.take("ours")).isTrue();
  }

  @Test
  void whoHoldsMoreThanItsShareGetsNoMoreUntilItHoldsLess() {
    takeAll("a");
    assertThat(takeAll("b")).isEqualTo(20);
    for (int i = 0; i < 10; i++) {
      places.giveBack("a");
    }

    assertThat(places.hasRoom("a")).isFalse();
    assertThat(takeAll("b")).isEqualTo(5);
  }

  @Test
  void whatIsGivenBackIsThereAgain() {
    assertThat(takeAll("a")).isEqualTo(40);
    for (int i = 0; i < 40; i++) {
      places.giveBack("a");
    }

    assertThat(takeAll("b")).isEqualTo(40);
  }
}
