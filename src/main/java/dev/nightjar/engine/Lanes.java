package dev.nightjar.engine;

import dev.nightjar.engine.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.Lane.UpstreamState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which upstreams serve which model, and the pools and lanes that follow from it. Engine thread
 * only.
 */
final class Lanes {
  private final List<UpstreamState> upstreams = new ArrayList<>();
  private final Map<String, Pool> pools = new LinkedHashMap<>();
  private List<Pool> rotation = List.of();
  private int turn;

  Lanes(List<UpstreamSpec> specs) {
    for (UpstreamSpec spec : specs) {
      upstreams.add(new UpstreamState(upstreams.size(), spec));
    }
  }

  /** The pool of a model; the empty name is that of lines that name none. */
  Pool pool(String model) {
    Pool pool = pools.get(model);
    if (pool == null) {
      pool = new Pool(model);
      pools.put(model, pool);
      route(pool);
      rotation = List.copyOf(pools.values());
    }
    return pool;
  }

  List<Pool> all() {
    return rotation;
  }

  /** All pools, each time beginning with the next one, so that none has the first pick for long. */
  List<Pool> inTurn() {
    if (rotation.size() < 2) {
      return rotation;
    }
    turn = (turn + 1) % rotation.size();
    var ordered = new ArrayList<Pool>(rotation.size());
    ordered.addAll(rotation.subList(turn, rotation.size()));
    ordered.addAll(rotation.subList(0, turn));
    return ordered;
  }

  long linesWaiting() {
    long lines = 0;
    for (Pool pool : rotation) {
      lines += pool.waiting;
    }
    return lines;
  }

  /** Each upstream with its lanes, in the order of their configuration. */
  List<UpstreamFigures> figures() {
    return upstreams.stream().map(this::figures).toList();
  }

  private UpstreamFigures figures(UpstreamState upstream) {
    var lanes = new EnumMap<Lane.State, Integer>(Lane.State.class);
    String reason = null;
    for (Pool pool : rotation) {
      for (Lane lane : pool.lanes) {
        if (lane.upstream == upstream) {
          lanes.merge(lane.state, 1, Integer::sum);
          reason = lane.reason == null ? reason : lane.reason;
        }
      }
    }
    return new UpstreamFigures(
        upstream.spec.name(),
        upstream.inFlight,
        upstream.spec.maxInFlight(),
        lanes.getOrDefault(Lane.State.OPEN, 0),
        lanes.getOrDefault(Lane.State.THROTTLED, 0),
        lanes.getOrDefault(Lane.State.DOWN, 0),
        reason);
  }

  @Nullable Lane lane(int upstream, String model) {
    Pool pool = pools.get(model);
    if (pool != null) {
      for (Lane lane : pool.lanes) {
        if (lane.upstream.index == upstream) {
          return lane;
        }
      }
    }
    return null;
  }

  void listed(int upstream, @Nullable Set<String> models) {
    UpstreamState state = upstreams.get(upstream);
    state.listed = models == null ? null : Set.copyOf(models);
    rotation.forEach(this::route);
  }

  /** Forgets a pool that nobody needs: a model's name may be anything that a client sends. */
  void prune(Pool pool) {
    if (pool.isIdle()) {
      pools.remove(pool.model);
      rotation = List.copyOf(pools.values());
    }
  }

  private void route(Pool pool) {
    var serving = new ArrayList<UpstreamState>();
    for (UpstreamState upstream : upstreams) {
      if (serves(upstream, pool.model)) {
        serving.add(upstream);
      }
    }
    if (serving.isEmpty()) {
      for (UpstreamState upstream : upstreams) {
        if (upstream.spec.models().isEmpty() && upstream.listed == null) {
          serving.add(upstream);
        }
      }
    }
    // A lane that still has calls or suspects stays, so that their ends find it.
    pool.lanes.removeIf(lane -> !serving.remove(lane.upstream) && lane.isIdle());
    for (UpstreamState upstream : serving) {
      pool.lanes.add(new Lane(pool.model, upstream));
    }
  }

  private static boolean serves(UpstreamState upstream, String model) {
    if (model.isEmpty()) {
      return true;
    }
    return upstream.spec.models().isEmpty()
        ? upstream.listed != null && upstream.listed.contains(model)
        : upstream.spec.models().contains(model);
  }
}
