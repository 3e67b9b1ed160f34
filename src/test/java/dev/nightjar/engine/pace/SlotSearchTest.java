package dev.nightjar.engine.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against engines of so many slots, first come first served, in virtual time. */
@Tag("G1")
class SlotSearchTest {
  private static final int MAX = 256;
  private static final long STAY = 2_000;
  private static final int SEEDS = 50;

  private static final class World {
    private final SlotSearch search;
    private final SplittableRandom random;
    private final int engineSlots;
    private final double sigma;
    private final Queue<Long> waiting = new ArrayDeque<>();
    private final PriorityQueue<Long> served = new PriorityQueue<>();
    private double factor = 1;
    private long now;
    private int inFlight;
    private int answered;

    World(int known, int engineSlots, double sigma, long seed) {
      this.search = new SlotSearch(known == 0 ? MAX : known, known == 0);
      this.engineSlots = engineSlots;
      this.sigma = sigma;
      this.random = new SplittableRandom(seed);
    }

    /** Until so many have answers, or that time. */
    void run(int lines, long until) {
      int left = lines - answered - inFlight;
      while (answered < lines && now < until) {
        for (; left > 0 && inFlight < search.slots(); left--) {
          search.sent(++inFlight, now);
          waiting.add(takes());
        }
        while (served.size() < engineSlots && !waiting.isEmpty()) {
          served.add(now + waiting.remove());
        }
        now = served.remove();
        answered++;
        search.ended(--inFlight, now);
        search.answered(now);
      }
    }

    private long takes() {
      double takes = STAY * factor * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
      return Math.max(1, Math.round(takes));
    }
  }

  @ParameterizedTest(name = "{0} slots, stays of sigma {1}")
  @CsvSource({"4, 0", "16, 0", "64, 0", "4, 0.5", "16, 0.5", "64, 0.5", "16, 1", "64, 1"})
  void slotsOfAnEngineAreInUseAfterTwoStaysForEachDoubling(int engineSlots, double sigma) {
    double used = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var world = new World(0, engineSlots, sigma, seed);
      int doublings = Math.max(1, (int) Math.ceil(Math.log(engineSlots / 8.0) / Math.log(2)));
      world.run(Integer.MAX_VALUE, 2L * doublings * STAY);
      int before = world.answered;
      long since = world.now;
      world.run(Integer.MAX_VALUE, since + 100 * STAY);
      used += (world.answered - before) * (double) STAY / (world.now - since) / engineSlots / SEEDS;
    }

    assertThat(used).isGreaterThan(0.9);
  }

  @Test
  void fewLinesAreSoonAtManySlots() {
    var found = new World(0, 64, 0, 1);
    found.run(400, Long.MAX_VALUE);
    var known = new World(64, 64, 0, 1);
    known.run(400, Long.MAX_VALUE);

    assertThat((double) known.now / found.now).isGreaterThanOrEqualTo(0.75);
  }

  /** Those that only wait there are of no use, and would be lost with it. */
  @ParameterizedTest
  @CsvSource({"1, 8", "4, 8", "16, 32", "64, 64"})
  void noMoreAreSentThanBringMore(int engineSlots, int most) {
    var world = new World(0, engineSlots, 0, 1);
    world.run(Integer.MAX_VALUE, 20 * STAY * Math.max(1, 64 / engineSlots));

    assertThat(world.search.slots()).isLessThanOrEqualTo(most);
  }

  @Test
  void slotsThatAreSaidAreTakenAtOnce() {
    var search = new SlotSearch(MAX, true);

    search.told(3);
    assertThat(search.slots()).isEqualTo(3);

    search.told(10_000);
    assertThat(search.slots()).isEqualTo(MAX);
  }

  /** An engine of four slots may well be given more: they fill what an answer leaves. */
  @Test
  void whatItSaysOfItselfDoesNotCountWhereItsOwnerSaidHowMany() {
    var search = new SlotSearch(16, false);

    search.told(4);

    assertThat(search.slots()).isEqualTo(16);
  }

  /** Longer lines are no reason for fewer at a time. */
  @Test
  void linesThatTakeLongerKeepTheirSlots() {
    var world = new World(0, 64, 0.5, 1);
    world.run(Integer.MAX_VALUE, 30 * STAY);
    world.factor = 3;
    world.run(Integer.MAX_VALUE, 300 * STAY);

    assertThat(world.search.slots()).isGreaterThanOrEqualTo(64);
  }

  @Test
  void fewLinesAtATimeSayNothingOfHowManyGo() {
    var search = new SlotSearch(MAX, true);
    for (long now = 0; now < 1_000_000; now += 1_000) {
      search.sent(1, now);
      search.ended(0, now + 500);
      search.answered(now + 500);
    }

    assertThat(search.slots()).isEqualTo(8);
  }
}
