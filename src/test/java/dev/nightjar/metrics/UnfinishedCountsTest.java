package dev.nightjar.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchStatus;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K4")
class UnfinishedCountsTest {
  private long nanos;
  private long counted;
  private long takesMillis = 20;

  private final UnfinishedCounts counts = new UnfinishedCounts(this::count, () -> nanos);

  private Map<BatchStatus, Long> count() {
    pass(takesMillis);
    return Map.of(BatchStatus.IN_PROGRESS, ++counted);
  }

  private void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long shown() {
    return counts.now().getOrDefault(BatchStatus.IN_PROGRESS, 0L);
  }

  @Test
  void countIsGoodForFiftyTimesAsLongAsItTook() {
    assertThat(shown()).isEqualTo(1);
    pass(999);
    assertThat(shown()).isEqualTo(1);

    pass(1);

    assertThat(shown()).isEqualTo(2);
  }

  @Test
  void quickOnesAreTakenEachTime() {
    takesMillis = 0;

    assertThat(shown()).isEqualTo(1);
    assertThat(shown()).isEqualTo(2);
  }
}
