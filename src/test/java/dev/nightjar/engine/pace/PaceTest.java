package dev.nightjar.engine.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.RateHeaders;
import dev.nightjar.engine.message.RateHeaders.Left;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against an upstream that allows 600 requests and 50,000 tokens a minute and refuses what is more.
 * In virtual time.
 */
@Tag("F1")
class PaceTest {
  private static final long REQUESTS = 600;
  private static final long TOKENS = 50_000;
  private static final int SLOTS = 64;
  private static final long MINUTE = 60_000;
  private static final long SECOND = 1_000;
  private static final int MINUTES = 20;
  private static final int SEEDS = Integer.getInteger("pace.seeds", 5);

  /** How much an upstream still gives: all of it anew each minute, or bit by bit. */
  private static final class Meter {
    private final double limit;
    private final boolean isBitByBit;
    private double left;
    private long at;

    Meter(double limit, boolean isBitByBit) {
      this.limit = limit;
      this.isBitByBit = isBitByBit;
      this.left = limit;
    }

    void at(long now) {
      if (isBitByBit) {
        left = Math.min(limit, left + (now - at) * limit / MINUTE);
      } else if (now / MINUTE > at / MINUTE) {
        left = limit;
      }
      at = now;
    }

    Left told() {
      double reset = isBitByBit ? (limit - left) * MINUTE / limit : MINUTE - at % MINUTE;
      return new Left((long) limit, (long) Math.max(0, left), Math.round(reset));
    }

    /** Until there is as much again, in whole seconds as HTTP has it. */
    long retryAfter(double amount) {
      double millis =
          isBitByBit ? Math.max(0, amount - left) * MINUTE / limit : MINUTE - at % MINUTE;
      return SECOND * Math.max(1, (long) Math.ceil(millis / SECOND));
    }
  }

  private record Call(long endsAt, long sentAt, long estimate, long tokens, boolean isRefused) {}

  private static final class World {
    private final SplittableRandom random;
    private final Pace pace;
    private final Meter requests;
    private final Meter tokens;
    private final boolean areTold;
    private final double factor;
    private final double tokensPerLine;
    private final PriorityQueue<Call> calls =
        new PriorityQueue<>(Comparator.comparingLong(Call::endsAt));
    private long now;
    private long pausedUntil;
    private int sent;
    private int refused;

    World(
        long seed, Pace pace, boolean isBitByBit, boolean areTold, double factor, double perLine) {
      this.random = new SplittableRandom(seed);
      this.pace = pace;
      this.requests = new Meter(REQUESTS, isBitByBit);
      this.tokens = new Meter(TOKENS, isBitByBit);
      this.areTold = areTold;
      this.factor = factor;
      this.tokensPerLine = perLine;
    }

    void run() {
      while (now < MINUTES * MINUTE) {
        long next = Math.max(now, Math.max(pausedUntil, pace.nextMillis()));
        Call ending = calls.peek();
        boolean isFull = calls.size() >= SLOTS;
        if (ending != null && (isFull || ending.endsAt <= next)) {
          now = Math.max(now, ending.endsAt);
          calls.remove();
          end(ending);
        } else {
          now = next;
          send();
        }
      }
    }

    private void send() {
      long estimate = random.nextLong((long) tokensPerLine / 2, (long) (tokensPerLine * 1.5) + 1);
      long actual = Math.max(1, Math.round(estimate * factor * (0.5 + random.nextDouble())));
      sent++;
      pace.sent(estimate, now);
      requests.at(now);
      tokens.at(now);
      if (requests.left < 1 || tokens.left < actual) {
        refused++;
        calls.add(new Call(now + 30, now, estimate, actual, true));
        return;
      }
      requests.left--;
      tokens.left -= actual;

      long takes = 200 + (long) (random.nextDouble() * 2_000);
      calls.add(new Call(now + takes, now, estimate, actual, false));
    }

    private void end(Call call) {
      requests.at(now);
      tokens.at(now);
      if (call.isRefused) {
        long wait = Math.max(requests.retryAfter(1), tokens.retryAfter((double) call.tokens));
        pausedUntil = now + wait;
        pace.refused(call.estimate, call.sentAt, now);
      } else {
        RateHeaders told = areTold ? new RateHeaders(requests.told(), tokens.told()) : null;
        pace.answered(call.estimate, call.tokens, told, now);
      }
    }

    double refusedShare() {
      return (double) refused / sent;
    }

    /** Of what the tighter of the two allowances gives. */
    double usedShare() {
      double mean = tokensPerLine * factor;
      double perMinute = Math.max(1.0 / REQUESTS, mean / TOKENS);
      return (sent - refused) * perMinute / MINUTES;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "configured, 0.01, 0.95",
    "told, 0.01, 0.95",
    "refused, 0.05, 0.85",
  })
  void paceIsWhatTheUpstreamAllows(String way, double refusedMax, double usedMin) {
    for (boolean isBitByBit : new boolean[] {false, true}) {
      for (double factor : new double[] {0.3, 1, 3}) {
        for (double tokensPerLine : new double[] {20, 60, 200}) {
          double refused = 0;
          double used = 0;
          for (int seed = 1; seed <= SEEDS; seed++) {
            var pace = new Pace(limit(way, REQUESTS), limit(way, TOKENS));
            boolean areTold = way.equals("told");
            var world = new World(seed, pace, isBitByBit, areTold, factor, tokensPerLine);
            world.run();
            refused += world.refusedShare() / SEEDS;
            used += world.usedShare() / SEEDS;
          }
          String runs =
              "bit by bit %s, factor %s, %s tokens a line"
                  .formatted(isBitByBit, factor, tokensPerLine);
          assertThat(refused).as("refused, " + runs).isLessThanOrEqualTo(refusedMax);
          assertThat(used).as("used, " + runs).isGreaterThanOrEqualTo(usedMin);
        }
      }
    }
  }

  private static @Nullable Long limit(String way, long limit) {
    return way.equals("configured") ? limit : null;
  }
}
