package dev.nightjar.engine.pace;

import java.io.Serializable;

/** How many there were a second, over the last minute. */
final class Recent implements Serializable {
  private static final int SECONDS = 60;

  private final int[] counts = new int[SECONDS];
  private long firstSecond = -1;
  private long lastSecond = -1;

  void add(long now) {
    forget(now);
    counts[(int) (lastSecond % SECONDS)]++;
  }

  /** Over less than a minute at the beginning. */
  double perSecond(long now) {
    if (lastSecond < 0) {
      return 0;
    }
    forget(now);
    int sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return (double) sum / Math.clamp(lastSecond - firstSecond + 1, 1, SECONDS);
  }

  private void forget(long now) {
    long second = Math.floorDiv(now, 1_000L);
    if (firstSecond < 0) {
      firstSecond = second;
      lastSecond = second;
    }
    if (second - lastSecond >= SECONDS) {
      lastSecond = second - SECONDS;
    }
    while (lastSecond < second) {
      lastSecond++;
      counts[(int) (lastSecond % SECONDS)] = 0;
    }
  }
}
