package dev.nightjar.engine.health;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What came of the last calls of a scope, in their order, each under the key of its line. */
final class Evidence implements Serializable {
  private static final int KEPT = 256;

  /** Of fewer calls the share that failed says little. */
  private static final int FEW = 20;

  private static final int BEFORE = 50;
  private static final int AFTER = 10;
  private static final int FAILURES_OF_A_LINE = 3;

  private final long[] lines = new long[KEPT];
  private final boolean[] oks = new boolean[KEPT];
  private long count;

  /** What came before that says nothing any more. */
  private long begin;

  /** Different lines that failed since one was ok. */
  private final Set<Long> failing = new HashSet<>();

  void ok(long line) {
    add(line, true);
    if (!failing.isEmpty()) {
      failing.clear();
    }
  }

  /** At which place it is. */
  long failed(long line) {
    failing.add(line);
    return add(line, false);
  }

  private long add(long line, boolean isOk) {
    int place = (int) (count % KEPT);
    lines[place] = line;
    oks[place] = isOk;
    return count++;
  }

  /** How many different lines failed since one was ok. */
  int failing() {
    return failing.size();
  }

  /** Why these failed is known. */
  void calm() {
    failing.clear();
  }

  /** Trouble is over that all of it was a part of. */
  void forget() {
    begin = count;
    failing.clear();
  }

  boolean hasEnoughAfter(long at) {
    return count - at > AFTER;
  }

  /** The share of the calls before and after that failed: those of other lines. */
  double share(long at, long line) {
    var tally = new Tally(line);
    tally.look(at - BEFORE, at);
    tally.look(at + 1, at + 1 + AFTER);
    return (tally.failed + 1.0) / (tally.failed + tally.ok + 2);
  }

  /** Enough calls are known since the last trouble. */
  boolean isEnough() {
    return count - begin >= FEW;
  }

  /** The same of the last calls. */
  double recent() {
    var tally = new Tally(-1);
    tally.look(count - BEFORE, count);
    return tally.failed / (tally.failed + tally.ok + 1.0);
  }

  /** Counts calls; a line that fails again and again is no witness against the upstream. */
  private final class Tally {
    private final long except;
    private final Map<Long, Integer> failures = new HashMap<>();
    private int failed;
    private int ok;

    Tally(long except) {
      this.except = except;
    }

    void look(long from, long to) {
      for (long i = first(from); i < Math.min(to, count); i++) {
        int place = (int) (i % KEPT);
        if (lines[place] == except) {
          continue;
        }
        if (oks[place]) {
          ok++;
        } else if (failures.merge(lines[place], 1, Integer::sum) <= FAILURES_OF_A_LINE) {
          failed++;
        }
      }
    }
  }

  private long first(long from) {
    return Math.max(from, Math.max(begin, count - KEPT));
  }

  /** Whether no other line failed shortly before or after. */
  boolean isAlone(long at, long line) {
    var tally = new Tally(line);
    tally.look(at - AFTER, at + 1 + AFTER);
    return tally.failed == 0;
  }
}
