package dev.nightjar.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K1")
class CapacityTest {
  private static final long HEAP = 256L << 20;

  @Test
  void connectionsAndFilesFitBesideWhatIsOpenAndCalled() {
    for (int limit = 250; limit < 2_000; limit++) {
      Capacity capacity = Capacity.of(HEAP, limit, 60, 64);

      assertThat(60 + 40 + 64 + capacity.connections() + 8 + capacity.files())
          .as("of %d", limit)
          .isLessThanOrEqualTo(limit + 8);
      assertThat(capacity.warning()).isEmpty();
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
    Capacity capacity = Capacity.of(HEAP, 256, 60, 512);

    assertThat(capacity.warning())
        .hasValueSatisfying(text ->
            assertThat(text)
                .contains("at most 256 files and connections", "512 calls", "to 660 or more")
                .contains("lower max_in_flight"));
    assertThat(capacity.connections()).isEqualTo(16);
  }
}
