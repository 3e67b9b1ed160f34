package dev.nightjar.engine.core;

import dev.nightjar.engine.core.OpenChunk.Line;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One model: the lanes that serve it, the lines that wait for it, and the batches whose chunks are
 * claimed for it. Engine thread only.
 */
final class ModelQueue implements Serializable {
  final String model;
  final List<Lane> lanes = new ArrayList<>();

  /** Lines that may have broken calls again and again: few of them are sent at a time. */
  private final ArrayDeque<Line> suspects = new ArrayDeque<>();

  /** Batches with lines that wait for this model. */
  private final PickOrder lines = new PickOrder();

  /** Batches with chunks to claim, whose home this is. */
  private final PickOrder claims = new PickOrder();

  /** What is claimed ahead for it. */
  final Window window = new Window();

  /** The lines that wait, in input order, of those batches; none of them is empty. */
  private final Map<ActiveBatch, PriorityQueue<Line>> ready = new HashMap<>();

  ModelQueue(String model) {
    this.model = model;
  }

  // ---- lines

  /** A line waits, at its place among those of its batch, whether it was sent before or not. */
  void add(Line line) {
    ActiveBatch batch = line.chunk.batch;
    line.chunk.waits(line);
    if (line.isSuspect()) {
      suspects.add(line);
      return;
    }
    batch.addWaiting(1);
    lines.add(batch);
    ready.computeIfAbsent(batch, _ -> new PriorityQueue<>()).add(line);
  }

  /** The batch whose first line goes next; null when none can be sent. */
  @Nullable ActiveBatch next(long now) {
    return lines.next(batch -> batch.calls.mayOne() && laneFor(first(batch), now) != null);
  }

  /** The first batch whose first line is of a chunk that has begun; null when there is none. */
  @Nullable ActiveBatch nextBegun(long now) {
    return lines.first(batch ->
        batch.calls.mayOne() && first(batch).chunk.isBegun() && laneFor(first(batch), now) != null);
  }

  boolean hasLinesOf(ActiveBatch batch) {
    return ready.containsKey(batch);
  }

  /** The first waiting line of a batch that has some. */
  Line first(ActiveBatch batch) {
    return of(batch).element();
  }

  private PriorityQueue<Line> of(ActiveBatch batch) {
    PriorityQueue<Line> queue = ready.get(batch);
    if (queue == null) {
      throw new IllegalStateException("no line of batch " + batch.id() + " waits");
    }
    return queue;
  }

  /** The same, to be sent. */
  Line take(ActiveBatch batch) {
    lines.picked();
    Line line = of(batch).remove();
    dropped(batch, 1);
    return line;
  }

  /** Drops the waiting lines of a batch that stops. */
  void drop(ActiveBatch batch) {
    drop(batch, _ -> true);
  }

  /** Drops the waiting lines of a chunk that another node owns now. */
  void drop(OpenChunk chunk) {
    drop(chunk.batch, line -> line.chunk == chunk);
  }

  private void drop(ActiveBatch batch, Predicate<Line> which) {
    suspects.removeIf(line -> line.chunk.batch == batch && which.test(line));
    PriorityQueue<Line> queue = ready.get(batch);
    if (queue != null) {
      int before = queue.size();
      queue.removeIf(which);
      dropped(batch, before - queue.size());
    }
  }

  private void dropped(ActiveBatch batch, int count) {
    batch.addWaiting(-count);
    if (of(batch).isEmpty()) {
      lines.remove(batch);
      ready.remove(batch);
    }
  }

  /** The next line that may break calls and may be sent; null when there is none. */
  @Nullable Line nextSuspect(long now) {
    for (Line line : suspects) {
      Lane lane = mayGo(line.chunk.batch) ? laneFor(line, now) : null;
      if (lane != null && lane.upstream.cuts.maySuspect(now)) {
        return line;
      }
    }
    return null;
  }

  private static boolean mayGo(ActiveBatch batch) {
    return !batch.isHeld() && batch.calls.mayOne();
  }

  /** The same, to be sent. */
  Line takeSuspect(Line line) {
    suspects.remove(line);
    return line;
  }

  /** From now on these serve it. A lane of another gets no more lines, and goes once it is idle. */
  void route(Collection<UpstreamState> serving) {
    lanes.removeIf(lane -> !serving.contains(lane.upstream) && lane.isIdle());
    lanes.forEach(lane -> lane.serves(serving.contains(lane.upstream)));
    for (UpstreamState upstream : serving) {
      if (lane(upstream.index) == null) {
        lanes.add(new Lane(model, upstream));
      }
    }
  }

  void heard(UpstreamState upstream) {
    Lane lane = lane(upstream.index);
    if (lane != null) {
      lane.heard();
    }
  }

  /** The lane of an upstream; null when it has none. */
  @Nullable Lane lane(int upstream) {
    for (Lane lane : lanes) {
      if (lane.upstream.index == upstream) {
        return lane;
      }
    }
    return null;
  }

  /** The lanes of the upstreams that have it. */
  List<Lane> serving() {
    return lanes.stream().filter(Lane::isServing).toList();
  }

  /** When the pace of a lane lets another line be sent; the longest time if that is no matter. */
  long wakeMillis(long now) {
    long next = Long.MAX_VALUE;
    for (Lane lane : lanes) {
      next = Math.min(next, lane.wakeMillis(now));
    }
    return next;
  }

  boolean hasRoom(long now) {
    for (Lane lane : lanes) {
      if (lane.hasRoom(now)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The lane that can take the line and has the fewest calls in flight, but rather another than the
   * one where it failed; null when none can take it.
   */
  @Nullable Lane laneFor(Line line, long now) {
    String url = line.chunk.batch.run.url();
    Lane best = null;
    for (Lane lane : lanes) {
      if (lane.hasRoom(now) && lane.mayTake(url) && (best == null || isBetter(lane, best, line))) {
        best = lane;
      }
    }
    return best;
  }

  private static boolean isBetter(Lane lane, Lane than, Line line) {
    boolean isEither = line.wasSent() && (line.lane() == lane || line.lane() == than);
    return isEither ? line.lane() == than : lane.inFlight() < than.inFlight();
  }

  // ---- claims

  void offerClaims(ActiveBatch batch) {
    if (batch.mayClaim()) {
      claims.add(batch);
    }
  }

  void withdrawClaims(ActiveBatch batch) {
    claims.remove(batch);
  }

  void claimed() {
    claims.picked();
  }

  /**
   * The batch to claim chunks of next: while the window has room, by the order of picks; with a
   * full window only one that would go before all that wait, so that an urgent or a small newcomer
   * never stands behind what was claimed before it came.
   */
  @Nullable ActiveBatch nextToClaim() {
    if (windowLines() == 0) {
      return null;
    }
    if (linesWanted() > 0) {
      return claims.next(batch -> !batch.isAhead());
    }
    return window.isClaiming() ? null : claims.firstBefore(lines);
  }

  /** How many lines the window has room for; 0 or less when it is full. */
  int linesWanted() {
    return windowLines() - window.ahead();
  }

  /** Lines claimed ahead: twice what can be in flight; none where no upstream has the model. */
  private int windowLines() {
    int slots = 0;
    for (Lane lane : lanes) {
      slots += lane.isServing() ? lane.upstream.slots() : 0;
    }
    return 2 * slots;
  }

  /** No batch is at home here, no line waits, and nothing is under way. */
  boolean isIdle() {
    return window.isAbandoned()
        && lines.isEmpty()
        && suspects.isEmpty()
        && lanes.stream().allMatch(Lane::isIdle);
  }
}
