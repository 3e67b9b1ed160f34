package dev.nightjar.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One model: the lanes that serve it, the lines that wait for it, and the batches whose chunks are
 * claimed for it. The order of design §6: seven of eight picks go to the earliest deadline, one to
 * the batch with the least left, so neither can starve. Engine thread only.
 */
final class Pool {
  private static final int PICKS = 8;

  final String model;
  final List<Lane> lanes = new ArrayList<>();

  /** Lines that were in flight at three outages: each is sent alone on its lane. */
  final ArrayDeque<Line> solo = new ArrayDeque<>();

  /** Waiting lines of the batches whose home this is, of whichever model. */
  int waiting;

  /** Lines that claims under way will bring, estimated. */
  int claiming;

  /** Active batches whose claims are counted here. */
  int homes;

  private final TreeSet<BatchQueue> queuesByDeadline = new TreeSet<>(BatchQueue.BY_DEADLINE);
  private final TreeSet<BatchQueue> queuesBySize = new TreeSet<>(BatchQueue.BY_SIZE);
  private final TreeSet<ActiveBatch> unclaimedByDeadline = new TreeSet<>(ActiveBatch.BY_DEADLINE);
  private final TreeSet<ActiveBatch> unclaimedBySize = new TreeSet<>(ActiveBatch.BY_SIZE);
  private int linePicks;
  private int claimPicks;

  Pool(String model) {
    this.model = model;
  }

  // ---- lines

  void addLast(Line line) {
    add(line, false);
  }

  /** Back to the head of its batch: it was sent once already. */
  void addFirst(Line line) {
    add(line, true);
  }

  private void add(Line line, boolean first) {
    line.state = Line.State.WAITING;
    var queue = line.batch().queues.computeIfAbsent(model, _ -> new BatchQueue(line.batch(), this));
    if (queue.ready.isEmpty()) {
      queue.sizeRank = line.batch().unsealedChunks;
      queuesByDeadline.add(queue);
      queuesBySize.add(queue);
    }
    if (first) {
      queue.ready.addFirst(line);
    } else {
      queue.ready.addLast(line);
    }
    line.batch().home.waiting++;
  }

  /** The queue whose first line goes next; null when nothing waits. */
  @Nullable BatchQueue next() {
    if (queuesByDeadline.isEmpty()) {
      return null;
    }
    boolean smallest = linePicks % PICKS == PICKS - 1;
    return smallest ? queuesBySize.first() : queuesByDeadline.first();
  }

  /** The first queue whose first line is of a chunk that has begun; null when there is none. */
  @Nullable BatchQueue nextBegun() {
    for (BatchQueue queue : queuesByDeadline) {
      if (queue.ready.getFirst().chunk.isBegun) {
        return queue;
      }
    }
    return null;
  }

  /** The first line of a queue, to be sent. */
  Line take(BatchQueue queue) {
    linePicks++;
    var line = queue.ready.removeFirst();
    queue.batch.home.waiting--;
    if (queue.ready.isEmpty()) {
      unrank(queue);
    }
    return line;
  }

  /** Drops the waiting lines of a batch that stops. */
  void drop(BatchQueue queue) {
    unrank(queue);
    queue.batch.home.waiting -= queue.ready.size();
    queue.ready.clear();
  }

  /** Drops the waiting lines of a chunk that another node owns now. */
  void dropChunk(BatchQueue queue, OpenChunk chunk) {
    int before = queue.ready.size();
    queue.ready.removeIf(line -> line.chunk == chunk);
    queue.batch.home.waiting -= before - queue.ready.size();
    if (queue.ready.isEmpty()) {
      unrank(queue);
    }
  }

  private void unrank(BatchQueue queue) {
    queuesByDeadline.remove(queue);
    queuesBySize.remove(queue);
    queue.batch.queues.remove(model);
  }

  /** The lane with room and the fewest calls in flight; null when none has room. */
  @Nullable Lane laneWithRoom() {
    Lane best = null;
    for (Lane lane : lanes) {
      if (lane.hasRoom() && (best == null || lane.inFlight < best.inFlight)) {
        best = lane;
      }
    }
    return best;
  }

  // ---- claims

  void offerClaims(ActiveBatch batch) {
    if (batch.unclaimedChunks > 0 && !batch.isClaiming && batch.isRunning()) {
      batch.sizeRank = batch.unsealedChunks;
      unclaimedByDeadline.add(batch);
      unclaimedBySize.add(batch);
    }
  }

  void withdrawClaims(ActiveBatch batch) {
    unclaimedByDeadline.remove(batch);
    unclaimedBySize.remove(batch);
  }

  /**
   * The batch to claim chunks of next: while the window has room, by the order above; with a full
   * window only one that would go before all that wait, so that an urgent or a small newcomer never
   * stands behind what was claimed before it came.
   */
  @Nullable ActiveBatch nextToClaim() {
    if (unclaimedByDeadline.isEmpty() || lanes.isEmpty()) {
      return null;
    }
    var urgent = unclaimedByDeadline.first();
    var small = unclaimedBySize.first();
    if (waiting + claiming < windowLines()) {
      return claimPicks++ % PICKS == PICKS - 1 ? small : urgent;
    }
    if (claiming > 0 || queuesByDeadline.isEmpty()) {
      return null;
    }
    if (ActiveBatch.BY_DEADLINE.compare(urgent, queuesByDeadline.first().batch) < 0) {
      return urgent;
    }
    return small.sizeRank < queuesBySize.first().sizeRank ? small : null;
  }

  boolean isIdle() {
    return homes == 0
        && queuesByDeadline.isEmpty()
        && solo.isEmpty()
        && lanes.stream().allMatch(Lane::isIdle);
  }

  /** Lines claimed ahead: twice what can be in flight. */
  int windowLines() {
    int lines = 0;
    for (Lane lane : lanes) {
      lines += 2 * lane.upstream.spec.maxInFlight();
    }
    return lines;
  }
}
