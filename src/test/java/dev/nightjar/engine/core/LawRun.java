package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** One run: the real core in virtual time, stores that answer at once, and upstreams as values. */
final class LawRun {
  private static final long BEGIN = 1_000_000;
  private static final long HORIZON = 30L * 86_400_000;
  private static final int LINES_PER_CHUNK = 16;
  private static final String MODEL = "m";
  private static final LineSpan SPAN = new LineSpan(0, 2, 0, 1, 0, 2, 0, 0);

  private final LawPlan plan;
  private final SimulatedCore core;
  private final List<LawUpstream> upstreams = new ArrayList<>();
  private final List<LawBatch> batches = new ArrayList<>();
  private final PriorityQueue<Later> later =
      new PriorityQueue<>(
          Comparator.comparingLong(Later::atMillis).thenComparingLong(Later::order));
  private long now = BEGIN;
  private long order;
  private int calls;
  private int controls;
  private long oddMillis;
  private long oddestMillis;
  private long lastOkMillis;
  private int open;
  private boolean isAwake;

  private record Later(long atMillis, long order, Event event) {}

  /** A batch and what came of its lines. */
  static final class LawBatch {
    final String url;
    final int lines;
    final int[] calls;
    final Answer[] answers;
    private final long[] millis;
    private int claimed;
    private int sealed;

    LawBatch(String url, int lines) {
      this.url = url;
      this.lines = lines;
      this.calls = new int[lines];
      this.answers = new Answer[lines];
      this.millis = new long[lines];
    }

    private int chunks() {
      return Math.ceilDiv(lines, LINES_PER_CHUNK);
    }
  }

  /**
   * What came of it.
   *
   * @param oddMillis that calls of odd lines took of all slots, or those of one line
   * @param lastOkMillis when the last line was ok
   */
  record Result(
      List<LawBatch> batches,
      boolean isOver,
      long millis,
      int calls,
      int controls,
      long oddMillis,
      long lastOkMillis) {}

  LawRun(LawPlan plan, SimulatedCore.Maker maker) {
    this.plan = plan;
    List<UpstreamSpec> specs = new ArrayList<>();
    for (int i = 0; i < plan.upstreams(); i++) {
      int slots = plan.slots() / plan.upstreams() + (i < plan.slots() % plan.upstreams() ? 1 : 0);
      specs.add(new UpstreamSpec("up" + i, Set.of(MODEL), slots));
      upstreams.add(new LawUpstream(plan, i));
    }
    this.core = maker.make(EngineLimits.defaults(), specs, plan.seed());
    for (int i = 0; i < plan.batches(); i++) {
      int lines = plan.lines() / plan.batches() + (i < plan.lines() % plan.batches() ? 1 : 0);
      batches.add(new LawBatch(i % 2 == 0 ? "/v1/chat/completions" : "/v1/completions", lines));
    }
    this.open = batches.size();
  }

  Result run() {
    for (int i = 0; i < batches.size(); i++) {
      LawBatch batch = batches.get(i);
      post(
          new Event.Started(
              new BatchStart(
                  i,
                  MODEL,
                  batch.url,
                  Long.MAX_VALUE,
                  batch.lines,
                  batch.chunks(),
                  RequestCounts.NONE,
                  Usage.NONE,
                  null,
                  false)));
    }
    while (open > 0 && now < BEGIN + HORIZON && calls < 2_000 + 200 * plan.lines()) {
      long wake = core.nextWakeMillis();
      Later next = later.peek();
      if (next == null && wake == Long.MAX_VALUE) {
        break;
      }
      if (next == null || wake < next.atMillis) {
        if (wake <= now && isAwake) {
          throw new IllegalStateException("it wants to be woken again and again: " + plan);
        }
        isAwake = wake <= now;
        now = Math.max(now, wake);
        post(new Event.Tick());
      } else {
        isAwake = false;
        later.remove();
        now = Math.max(now, next.atMillis);
        post(next.event);
      }
    }
    return new Result(
        batches,
        open == 0,
        now - BEGIN,
        calls,
        controls,
        Math.max(oddMillis / plan.slots(), oddestMillis),
        lastOkMillis - BEGIN);
  }

  private void post(Event first) {
    Deque<Event> events = new ArrayDeque<>(List.of(first));
    while (!events.isEmpty()) {
      for (Effect effect : core.step(events.removeFirst(), now)) {
        carryOut(effect, events);
      }
    }
  }

  private void carryOut(Effect effect, Deque<Event> events) {
    switch (effect) {
      case Effect.Claim(long batch, int max, boolean _) -> events.add(claim((int) batch, max));
      case Effect.Send send -> send(send);
      case Effect.Control control -> control(control);
      case Effect.Append(LineId line, Answer answer) -> {
        LawBatch batch = batches.get((int) line.chunk().batch());
        batch.answers[number(line)] = answer;
        lastOkMillis = answer.isSuccess() ? now : lastOkMillis;
        events.add(new Event.Appended(List.of(new Pending(line, answer)), Set.of()));
      }
      case Effect.Seal(Chunk chunk, var _) -> {
        LawBatch batch = batches.get((int) chunk.id().batch());
        boolean isLast = ++batch.sealed == batch.chunks();
        events.add(new Event.Sealed(chunk, isLast ? SealOutcome.SEALED_LAST : SealOutcome.SEALED));
      }
      case Effect.Finish(long batch) -> {
        open--;
        events.add(new Event.Finished(batch));
      }
      case Effect.CloseInput _, Effect.Say _, Effect.TellModels _ -> {}
      default -> throw new IllegalStateException("nobody asked for " + effect);
    }
  }

  private static int number(LineId line) {
    return line.chunk().number() * LINES_PER_CHUNK + line.index();
  }

  private Event claim(int id, int max) {
    LawBatch batch = batches.get(id);
    var chunks = new ArrayList<ClaimedChunk>();
    for (; chunks.size() < max && batch.claimed < batch.chunks(); batch.claimed++) {
      int first = batch.claimed * LINES_PER_CHUNK;
      int lines = Math.min(LINES_PER_CHUNK, batch.lines - first);
      var chunk = new Chunk(new ChunkId(id, batch.claimed), 1, first, lines, 0, 1);
      var claimed = new ArrayList<ClaimedLine>();
      for (int i = 0; i < lines; i++) {
        claimed.add(new ClaimedLine(SPAN, MODEL));
      }
      chunks.add(new ClaimedChunk(chunk, claimed, new BitSet(), RequestCounts.NONE, Usage.NONE, 0));
    }
    return new Event.Claimed(id, chunks);
  }

  private void send(Effect.Send send) {
    int id = (int) send.line().chunk().batch();
    LawBatch batch = batches.get(id);
    int number = number(send.line());
    batch.calls[number]++;
    calls++;
    boolean isOdd = plan.isOdd(id, number, batch.lines);
    LawUpstream.Reply reply =
        upstreams.get(send.upstream()).reply(batch.url, now - BEGIN, stay(id, number), isOdd);
    if (isOdd) {
      oddMillis += reply.millis();
      batch.millis[number] += reply.millis();
      oddestMillis = Math.max(oddestMillis, batch.millis[number]);
    }
    later(reply.millis(), new Event.Ended(send.line(), reply.outcome()));
  }

  /** Some lines take long whenever they are sent. */
  private long stay(int batch, int number) {
    var random = new SplittableRandom(plan.seed() + 131L * batch + 7L * number);
    return 1 + (long) (2 * plan.stayMillis() * random.nextDouble());
  }

  private void control(Effect.Control control) {
    controls++;
    long stay = 1L + Math.min(500, plan.stayMillis());
    LawUpstream.Reply reply =
        upstreams.get(control.upstream()).reply(control.url(), now - BEGIN, stay, false);
    CallOutcome outcome = reply.outcome();
    if (plan.isSelfish() && !control.isByLine() && outcome instanceof CallOutcome.Answered) {
      outcome = Outcomes.failed(Failure.Kind.REFUSED, 422, "too small", Failure.Mark.JSON);
    }
    if (control.isByLine() && lastOkMillis == 0) {
      outcome = new CallOutcome.Aborted();
    }
    later(
        reply.millis(),
        new Event.Controlled(control.upstream(), control.model(), control.url(), outcome));
  }

  private void later(long millis, Event event) {
    later.add(new Later(now + millis, order++, event));
  }
}
