package dev.nightjar.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K1")
class CapacityTest {
  private static final long HEAP = 256L << 20;

  @Test
  void connectionsAndFilesFitBesideWhatIsOpenAndCalled() {
    for (int limit = 200; limit < 2_000; limit++) {
      for (int calls : new int[] {1, 64, 512}) {
        Capacity capacity = Capacity.of(HEAP, limit, 30, calls);

        assertThat(30 + 64 + capacity.calls() + capacity.deliveries() + 16)
            .as("of %d", limit)
            .isLessThanOrEqualTo(limit - capacity.connections() - capacity.files());
        assertThat(capacity.warning().isEmpty()).isEqualTo(capacity.calls() == calls);
      }
    }
  }

  @Test
  void memoryBoundsThemWhereDescriptorsDoNot() {
    Capacity capacity = Capacity.of(HEAP, 1 << 20, 60, 64);

    assertThat(capacity.connections()).isEqualTo(1_024);
    assertThat(capacity.streams()).isEqualTo(512);
    assertThat(capacity.files()).isEqualTo(256);
    assertThat(Capacity.of(8L << 30, 1 << 20, 60, 64).connections()).isEqualTo(32_768);
  }

  @Test
  void aLimitTooLowForTheCallsIsToldWithWhatIsNeeded() {
    Capacity capacity = Capacity.of(HEAP, 256, 30, 512);

    assertThat(capacity.warning())
        .hasValueSatisfying(text ->
            assertThat(text)
                .contains("at most 256 files and connections", "512 calls", "to 798 or more")
                .contains("max_in_flight is lowered to 74 in all"));
    assertThat(capacity.calls()).isEqualTo(74);
    assertThat(Capacity.of(HEAP, 798, 30, 512).calls()).isEqualTo(512);
  }
}
