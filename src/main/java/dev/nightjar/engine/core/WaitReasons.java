package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why nothing is sent: for all batches, or for one. Part of the engine: its thread only. */
final class WaitReasons implements Serializable {
  private @Nullable String held;
  private @Nullable String diskShort;

  /** Answers cannot be written; null: they can. */
  void held(@Nullable String reason) {
    held = reason;
  }

  /** The disk has too little room; null: it has enough. */
  void diskShort(@Nullable String reason) {
    diskShort = reason;
  }

  boolean isAll() {
    return ofAll() != null;
  }

  /** Why nothing is sent for any batch; null when something may be. */
  @Nullable String ofAll() {
    return held != null ? held : diskShort;
  }

  /** In a sentence; null when the batch does not wait. */
  @Nullable String reason(
      ActiveBatch batch, ActiveBatches batches, Lanes lanes, Claims claims, Dispatch dispatch) {
    if (isAll()) {
      return ofAll();
    }
    String failure = batches.backoffReason(batch);
    if (failure != null) {
      return failure;
    }
    if (batch.isHeld() && !batch.isUnderWay()) {
      return batch.heldBecause();
    }
    String reason = ofLanes(lanes.home(batch), batch.run.url(), lanes);
    return reason != null ? reason : ofTurn(batch, lanes, claims, dispatch);
  }

  /** The same of any batch that is at rest and has its home there. */
  String ofResting(ModelQueue home, Lanes lanes, Claims claims, Dispatch dispatch) {
    String all = ofAll();
    String reason = all != null ? all : ofLanes(home, null, lanes);
    String more = reason != null ? reason : claims.reason();
    return more != null ? more : ofOthers(dispatch);
  }

  /** The same of one with that url, if that is the reason; null if not. */
  @Nullable String ofRoute(ModelQueue home, String url, Lanes lanes) {
    return isAll() ? null : ofLanes(home, url, lanes);
  }

  /** Why no upstream gets a line of the model with that url, or any; null when one may. */
  private static @Nullable String ofLanes(ModelQueue home, @Nullable String url, Lanes lanes) {
    List<Lane> serving = home.serving();
    if (serving.isEmpty()) {
      return ofModel(home.model, lanes.upstreams());
    }
    for (Lane lane : serving) {
      if (lane.reason(url) == null) {
        return null;
      }
    }
    return serving.getFirst().reason(url);
  }

  /** Why there is none that has it. */
  private static String ofModel(String model, List<UpstreamState> upstreams) {
    for (UpstreamState upstream : upstreams) {
      if (upstream.isUnheard()) {
        return "the upstream %s has not yet said which models it has".formatted(upstream.name());
      }
    }
    String reason = "no upstream lists the model '%s'".formatted(model);
    for (UpstreamState upstream : upstreams) {
      if (upstream.listFailure() != null) {
        return reason
            + ", and %s cannot be asked again: %s"
                .formatted(upstream.name(), upstream.listFailure());
      }
    }
    return reason;
  }

  /** Why an upstream that is well gets nothing of it. */
  private static @Nullable String ofTurn(
      ActiveBatch batch, Lanes lanes, Claims claims, Dispatch dispatch) {
    if (!batch.isRunning() || batch.isFullyAnswered() || batch.isUnderWay()) {
      return null;
    }
    if ((batch.wantsChunks() || claims.isFull()) && claims.reason() != null) {
      return claims.reason();
    }
    if (batch.openChunks() == 0 && batch.isClaiming()) {
      return "its next lines are being read";
    }
    if (batch.openChunks() > 0 && !batch.hasWaiting()) {
      return "lines that failed wait to be sent again";
    }
    if (!batch.calls.mayOne()) {
      return batch.calls.reason();
    }
    String unserved = lanes.unserved(batch);
    if (unserved != null) {
      return ofModel(unserved, lanes.upstreams());
    }
    return ofOthers(dispatch);
  }

  private static String ofOthers(Dispatch dispatch) {
    String reason = dispatch.reason();
    return reason != null ? reason : "all calls that may be made are those of other batches";
  }
}
