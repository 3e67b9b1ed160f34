package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An upstream: what it can do, and its calls in flight over all lanes. What it can do may change
 * while it is called. Engine thread only.
 */
final class UpstreamState implements Serializable {
  final int index;
  private final UpstreamSpec spec;
  private final int slots;
  private int inFlight;

  /** Answers of its calls that are not yet durable. */
  private int unappended;

  /** What it listed last; null when it lists nothing. */
  private @Nullable Set<String> listed;

  UpstreamState(int index, UpstreamSpec spec) {
    this.index = index;
    this.spec = spec;
    this.slots = spec.maxInFlight();
  }

  String name() {
    return spec.name();
  }

  /** Calls that it may have at a time. */
  int slots() {
    return slots;
  }

  int inFlight() {
    return inFlight;
  }

  /**
   * A slot is free when its answer has been read, yet calls and answers that a kill would repeat
   * stay within a quarter more than may be in flight, however slow the disk is.
   */
  boolean hasRoom() {
    return inFlight < slots && inFlight + unappended < slots + Math.ceilDiv(slots, 4);
  }

  void sent() {
    inFlight++;
  }

  void ended() {
    inFlight--;
  }

  void appending() {
    unappended++;
  }

  void appended() {
    unappended--;
  }

  /** Null: it does not say. */
  void lists(@Nullable Set<String> models) {
    listed = models == null ? null : Set.copyOf(models);
  }

  /** It is known to have it; any has what names no model. */
  boolean serves(String model) {
    if (model.isEmpty()) {
      return true;
    }
    return spec.models().isEmpty()
        ? listed != null && listed.contains(model)
        : spec.models().contains(model);
  }

  /** It may have any model, for all that is known. */
  boolean isUnknown() {
    return spec.models().isEmpty() && listed == null;
  }
}
