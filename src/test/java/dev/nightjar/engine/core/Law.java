package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.LawPlan.Fault;
import dev.nightjar.engine.core.LawPlan.How;
import dev.nightjar.engine.core.LawPlan.Trouble;
import dev.nightjar.engine.core.LawPlan.Where;
import dev.nightjar.engine.core.LawRun.LawBatch;
import dev.nightjar.engine.core.LawRun.Result;
import java.util.ArrayList;
import java.util.List;

/** The three sentences of docs/design.md#whose-fault, held against a run. */
record Law(LawPlan plan, SimulatedCore.Maker maker) {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;

  /** What was not as it has to be. */
  List<String> broken() {
    Result run = new LawRun(plan, maker).run();
    var broken = new ArrayList<String>();
    boolean isFree = plan.trouble().how() == How.NONE;
    for (int i = 0; i < run.batches().size(); i++) {
      LawBatch batch = run.batches().get(i);
      for (int line = 0; line < batch.lines; line++) {
        check(batch, line, plan.isOdd(i, line, batch.lines), isFree, broken);
      }
    }
    // Twice a second at first, and every three seconds, of each model and url of each upstream.
    long controls = 2L * plan.upstreams() * (run.millis() / 1_500 + run.calls());
    if (run.controls() > 50 + controls) {
      broken.add("it asks without end: " + says(run));
    }
    if (!run.isOver() && mustEnd()) {
      broken.add("it does not end: " + says(run));
    } else if (mustEnd()) {
      checkTime(run, broken);
    }
    return broken.subList(0, Math.min(5, broken.size()));
  }

  /** The smallest run of the same trouble in which a sentence does not hold. */
  static LawPlan shrunk(LawPlan plan, SimulatedCore.Maker maker) {
    for (LawPlan smaller : plan.smaller()) {
      if (!new Law(smaller, maker).broken().isEmpty()) {
        return shrunk(smaller, maker);
      }
    }
    return plan;
  }

  private static void check(
      LawBatch batch, int line, boolean isOdd, boolean isFree, List<String> broken) {
    Answer answer = batch.answers[line];
    if (answer == null) {
      return;
    }
    String who = "line %d of %d".formatted(line, batch.lines);
    if (!isOdd && !answer.isSuccess()) {
      broken.add("%s is lost after %d calls".formatted(who, batch.calls[line]));
    }
    if (isOdd && isFree && !answer.head().utf8().equals(LawUpstream.ODD)) {
      broken.add("%s ends with the fault of another".formatted(who));
    }
    if (!isOdd && isFree && batch.calls[line] > 2) {
      broken.add("%s costs %d calls for the sake of others".formatted(who, batch.calls[line]));
    }
  }

  private boolean mustEnd() {
    Trouble trouble = plan.trouble();
    double most = plan.odd().where() == Where.NONE ? 0.7 : 0.5;
    return trouble.share() <= most && !trouble.fault().equals(Fault.THROTTLED);
  }

  private void checkTime(Result run, List<String> broken) {
    Trouble trouble = plan.trouble();
    boolean isOdd = plan.odd().where() != Where.NONE;
    Result quiet = new LawRun(plan.without(true, true), maker).run();
    double loss =
        switch (trouble.how()) {
          case SHARE, BACKEND -> 1 / (1 - trouble.share());
          case REPLICA -> plan.upstreams() / (plan.upstreams() - 1.0);
          default -> 1;
        };
    long away =
        switch (trouble.how()) {
          case OUTAGE, REFUSING, TRUNCATED, ROUTE -> trouble.lastsMillis();
          case SLOW -> trouble.lastsMillis() + 20 * MINUTE;
          case RETRY_AFTER -> trouble.lastsMillis() + HOUR + 2 * MINUTE;
          default -> 0;
        };
    long limit;
    if (!isOdd) {
      boolean isBad = trouble.how() == How.SHARE && trouble.share() > 0.5;
      limit = (long) (2.5 * loss * quiet.millis()) + away + (isBad ? 6 * HOUR : 20 * MINUTE);
    } else if (trouble.how() == How.NONE) {
      limit = quiet.millis() + run.oddMillis() + 10 * MINUTE;
    } else {
      long last = Math.max(run.lastOkMillis(), Math.max(away, quiet.millis()));
      limit = last + run.oddMillis() + (trouble.share() <= 1 / 3.0 ? 1 : 3) * HOUR;
    }
    // Where the smallest call is refused for its own sake and no line was ok, an hour is taken.
    limit += isOdd && plan.isSelfish() ? 90 * MINUTE * plan.upstreams() : 0;
    if (run.millis() > limit) {
      broken.add(
          "it takes %d s, %d at most: %s; without trouble %d s"
              .formatted(run.millis() / 1_000, limit / 1_000, says(run), quiet.millis() / 1_000));
    }
  }

  private String says(Result run) {
    return "%d lines, %d calls, %d control calls, %d s, last ok at %d s"
        .formatted(
            plan.lines(),
            run.calls(),
            run.controls(),
            run.millis() / 1_000,
            run.lastOkMillis() / 1_000);
  }
}
