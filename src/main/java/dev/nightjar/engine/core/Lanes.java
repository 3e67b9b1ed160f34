package dev.nightjar.engine.core;

import dev.nightjar.engine.message.EngineFigures.Illness;
import dev.nightjar.engine.message.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.UpstreamSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which upstreams serve which model, and the queues and lanes that follow from it. Engine thread
 * only.
 */
final class Lanes implements Serializable {
  private final List<UpstreamState> upstreams;
  private final Map<String, ModelQueue> queues = new LinkedHashMap<>();
  private List<ModelQueue> rotation = List.of();
  private int turn;

  Lanes(List<UpstreamSpec> specs) {
    var all = new ArrayList<UpstreamState>();
    for (UpstreamSpec spec : specs) {
      all.add(new UpstreamState(all.size(), spec));
    }
    upstreams = List.copyOf(all);
  }

  /** The queue of a model; the empty name is that of lines that name none. */
  ModelQueue queue(String model) {
    ModelQueue queue = queues.get(model);
    if (queue == null) {
      queue = new ModelQueue(model);
      queues.put(model, queue);
      route(queue);
      rotation = List.copyOf(queues.values());
    }
    return queue;
  }

  /** Where a batch's chunks are claimed. */
  ModelQueue home(ActiveBatch batch) {
    return queue(batch.run.model());
  }

  List<ModelQueue> all() {
    return rotation;
  }

  /**
   * All models, each time beginning with the next one, so that none has the first pick for long.
   */
  List<ModelQueue> inTurn() {
    if (rotation.size() < 2) {
      return rotation;
    }
    turn = (turn + 1) % rotation.size();
    var ordered = new ArrayList<ModelQueue>(rotation.size());
    ordered.addAll(rotation.subList(turn, rotation.size()));
    ordered.addAll(rotation.subList(0, turn));
    return ordered;
  }

  /** An upstream says how many calls at a time it works on. */
  void told(int upstream, int slots) {
    upstreams.get(upstream).hasSlots(slots);
  }

  long linesWaiting() {
    long lines = 0;
    for (ModelQueue queue : rotation) {
      lines += queue.window.waiting();
    }
    return lines;
  }

  /** Each upstream with its lanes, in the order of their configuration. */
  List<UpstreamFigures> figures() {
    return upstreams.stream().map(this::figures).toList();
  }

  private UpstreamFigures figures(UpstreamState upstream) {
    var lanes = new EnumMap<Lane.State, Integer>(Lane.State.class);
    String throttled = null;
    Illness illness = null;
    for (ModelQueue queue : rotation) {
      Lane lane = queue.lane(upstream.index);
      if (lane != null) {
        lanes.merge(lane.state(), 1, Integer::sum);
        throttled = throttled == null ? lane.throttle.reason() : throttled;
        Illness other = lane.illness();
        boolean isLonger =
            other != null && (illness == null || other.sinceMillis() < illness.sinceMillis());
        illness = isLonger ? other : illness;
      }
    }
    return new UpstreamFigures(
        upstream.name(),
        upstream.inFlight(),
        upstream.slots(),
        lanes.getOrDefault(Lane.State.OPEN, 0),
        lanes.getOrDefault(Lane.State.THROTTLED, 0),
        lanes.getOrDefault(Lane.State.DOWN, 0),
        illness == null ? throttled : illness.reason(),
        illness,
        upstream.controlCalls(),
        upstream.hasAnswered());
  }

  @Nullable Lane lane(int upstream, String model) {
    ModelQueue queue = queues.get(model);
    return queue == null ? null : queue.lane(upstream);
  }

  /** A model of which lines of the batch wait, and which no upstream has; null for none. */
  @Nullable String unserved(ActiveBatch batch) {
    for (ModelQueue queue : rotation) {
      if (queue.hasLinesOf(batch) && queue.serving().isEmpty()) {
        return queue.model;
      }
    }
    return null;
  }

  List<UpstreamState> upstreams() {
    return upstreams;
  }

  List<KnownModels> knownModels() {
    return upstreams.stream().map(UpstreamState::known).toList();
  }

  /** An upstream was asked for its models: what it can do may have changed. */
  void heard(UpstreamState upstream) {
    all().forEach(queue -> queue.heard(upstream));
    all().forEach(this::route);
  }

  /** Forgets the queues that nobody needs: a model's name may be anything that a client sends. */
  void prune() {
    if (queues.values().removeIf(ModelQueue::isIdle)) {
      rotation = List.copyOf(queues.values());
    }
  }

  private void route(ModelQueue queue) {
    var serving = new ArrayList<UpstreamState>();
    for (UpstreamState upstream : upstreams) {
      if (upstream.spelling(queue.model) != null) {
        serving.add(upstream);
      }
    }
    if (serving.isEmpty()) {
      upstreams.stream().filter(UpstreamState::isUnknown).forEach(serving::add);
    }
    queue.route(serving);
  }
}
