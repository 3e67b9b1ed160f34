package dev.nightjar.engine.core;

import dev.nightjar.engine.core.OpenChunk.Line;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One model: the lanes that serve it, the lines that wait for it, and the batches whose chunks are
 * claimed for it. Engine thread only.
 */
final class ModelQueue implements Serializable {
  final String model;
  final List<Lane> lanes = new ArrayList<>();

  /** Lines that were in flight at three outages: each is sent alone on its lane. */
  private final ArrayDeque<Line> solo = new ArrayDeque<>();

  /** Batches with lines that wait for this model. */
  private final PickOrder lines = new PickOrder();

  /** Batches with chunks to claim, whose home this is. */
  private final PickOrder claims = new PickOrder();

  /** What is claimed ahead for it. */
  final Window window = new Window();

  /** The lines that wait, in input order, of those batches; none of them is empty. */
  private final Map<ActiveBatch, ArrayDeque<Line>> ready = new HashMap<>();

  ModelQueue(String model) {
    this.model = model;
  }

  // ---- lines

  void addLast(Line line) {
    queueFor(line).addLast(line);
  }

  /** Back to the head of its batch: it was sent once already. */
  void addFirst(Line line) {
    queueFor(line).addFirst(line);
  }

  private ArrayDeque<Line> queueFor(Line line) {
    ActiveBatch batch = line.chunk.batch;
    line.chunk.waits(line);
    batch.addWaiting(1);
    lines.add(batch);
    return ready.computeIfAbsent(batch, _ -> new ArrayDeque<>());
  }

  /** The batch whose first line goes next; null when nothing waits. */
  @Nullable ActiveBatch next() {
    return lines.next();
  }

  /** The first batch whose first line is of a chunk that has begun; null when there is none. */
  @Nullable ActiveBatch nextBegun() {
    return lines.first(batch -> first(batch).chunk.isBegun());
  }

  boolean hasLinesOf(ActiveBatch batch) {
    return ready.containsKey(batch);
  }

  /** The first waiting line of a batch that has some. */
  Line first(ActiveBatch batch) {
    return of(batch).getFirst();
  }

  private ArrayDeque<Line> of(ActiveBatch batch) {
    ArrayDeque<Line> queue = ready.get(batch);
    if (queue == null) {
      throw new IllegalStateException("no line of batch " + batch.id() + " waits");
    }
    return queue;
  }

  /** The same, to be sent. */
  Line take(ActiveBatch batch) {
    lines.picked();
    Line line = of(batch).removeFirst();
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
    solo.removeIf(line -> line.chunk.batch == batch && which.test(line));
    ArrayDeque<Line> queue = ready.get(batch);
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

  void addAlone(Line line) {
    line.chunk.waits(line);
    solo.add(line);
  }

  /** The next line that is to be sent alone; null when there is none. */
  @Nullable Line nextAlone() {
    for (Line line : solo) {
      if (!line.chunk.batch.isHeld()) {
        return line;
      }
    }
    return null;
  }

  /** The same, to be sent. */
  Line takeAlone() {
    Line line = nextAlone();
    if (line == null) {
      throw new IllegalStateException("no line waits to be sent alone");
    }
    solo.remove(line);
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

  /** The lane with room and the fewest calls in flight; null when none has room. */
  @Nullable Lane laneWithRoom() {
    Lane best = null;
    for (Lane lane : lanes) {
      if (lane.hasRoom() && (best == null || lane.inFlight() < best.inFlight())) {
        best = lane;
      }
    }
    return best;
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
      return claims.next();
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
        && solo.isEmpty()
        && lanes.stream().allMatch(Lane::isIdle);
  }
}
