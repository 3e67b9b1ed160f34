package dev.nightjar.engine.core;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.pace.CallLimits;
import dev.nightjar.engine.pace.Calls;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The batches that are being worked on. Engine thread only. */
final class ActiveBatches implements Serializable {
  private static final int EARLY_STOPS_MAX = 1_000;

  private final Map<Long, ActiveBatch> active = new HashMap<>();

  /** Of projects with a limit and with batches here. */
  private final Map<String, Calls> projects = new HashMap<>();

  /** Of all of them. */
  private final NavigableMap<ChunkId, OpenChunk> chunks = new TreeMap<>();

  /** Stops that were told before the start of their batch was. */
  private final Map<Long, Ending> earlyStops = new LinkedHashMap<>();

  /** Those of which there may be more to tell than why others of their model wait. */
  private final Set<ActiveBatch> notable = new LinkedHashSet<>();

  private final Deadlines deadlines;
  private final Consumer<Effect> effects;

  ActiveBatches(Deadlines deadlines, Consumer<Effect> effects) {
    this.deadlines = deadlines;
    this.effects = effects;
  }

  ActiveBatch add(BatchStart run, Window window) {
    var batch = new ActiveBatch(run, window, notable, calls(run));
    active.put(batch.id(), batch);
    deadlines.add(batch);
    return batch;
  }

  private CallLimits calls(BatchStart run) {
    int max = run.projectMaxInFlight();
    Calls project =
        max == 0 ? new Calls(0) : projects.computeIfAbsent(run.project(), _ -> new Calls(max));
    return new CallLimits(new Calls(run.maxInFlight()), project);
  }

  /** The project's last batch may have gone. */
  private void forget(Calls project) {
    if (!projects.isEmpty()
        && active.values().stream().noneMatch(other -> other.calls.project() == project)) {
      projects.values().remove(project);
    }
  }

  /** Those that do not merely wait for their turn. */
  Set<ActiveBatch> notable() {
    notable.removeIf(ActiveBatch::isAtRest); // Until something of it begins, which it tells.
    return notable;
  }

  @Nullable ActiveBatch get(long batch) {
    return active.get(batch);
  }

  @Nullable OpenChunk chunk(ChunkId id) {
    return chunks.get(id);
  }

  /** Those of a batch, in order. */
  List<OpenChunk> chunks(ActiveBatch batch) {
    var first = new ChunkId(batch.id(), 0);
    return List.copyOf(chunks.subMap(first, new ChunkId(batch.id() + 1, 0)).values());
  }

  OpenChunk open(ActiveBatch batch, ClaimedChunk claimed) {
    var open = new OpenChunk(batch, claimed);
    chunks.put(open.chunk.id(), open);
    batch.opened(claimed);
    return open;
  }

  /** It is sealed, or another node's. */
  void closed(OpenChunk open) {
    chunks.remove(open.chunk.id());
    open.batch.closed();
  }

  /** What our own machine fails at, for a batch or one of its chunks; null while all is well. */
  @Nullable String backoffReason(ActiveBatch batch) {
    String reason = batch.backoff.reason();
    for (OpenChunk chunk : chunks(batch)) {
      reason = reason == null ? chunk.backoff.reason() : reason;
    }
    return reason;
  }

  /** An open line. */
  Optional<OpenChunk.Line> line(LineId id) {
    OpenChunk open = chunks.get(id.chunk());
    return open == null || open.chunk.epoch() != id.epoch()
        ? Optional.empty()
        : open.line(id.index());
  }

  void stopEarly(long batch, Ending ending) {
    if (earlyStops.size() < EARLY_STOPS_MAX) {
      earlyStops.put(batch, ending);
    }
  }

  @Nullable Ending takeEarlyStop(long batch) {
    return earlyStops.remove(batch);
  }

  /** Its end is to be stored, once. */
  void finish(ActiveBatch batch) {
    if (batch.finish()) {
      deadlines.remove(batch);
      effects.accept(new Effect.Finish(batch.id()));
    }
  }

  /** The end of one is stored; null if it was none of ours. */
  @Nullable ActiveBatch remove(long id) {
    ActiveBatch batch = active.remove(id);
    if (batch != null) {
      deadlines.remove(batch);
      notable.remove(batch);
      forget(batch.calls.project());
    }
    return batch;
  }
}
