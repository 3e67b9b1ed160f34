package dev.nightjar.engine.core;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import java.util.HashMap;
import java.util.Map;

/**
 * The inputs of claimed chunks in one life of the process. It watches that each is closed once, and
 * that nobody reads one that is not open.
 */
final class SimulatedInputs {
  private final SimulatedWorld world;

  /** How many read each: calls and seals. */
  private final Map<Input, Integer> readers = new HashMap<>();

  private record Input(ChunkId chunk, long epoch) {
    static Input of(Chunk chunk) {
      return new Input(chunk.id(), chunk.epoch());
    }

    static Input of(LineId line) {
      return new Input(line.chunk(), line.epoch());
    }
  }

  SimulatedInputs(SimulatedWorld world) {
    this.world = world;
  }

  void told(Event event) {
    switch (event) {
      case Event.Claimed claimed ->
          claimed.chunks().forEach(one -> readers.put(Input.of(one.chunk()), 0));
      case Event.Ended ended -> add(Input.of(ended.line()), -1);
      case Event.Sealed sealed -> add(Input.of(sealed.chunk()), -1);
      case Event.SealFailed failed -> add(Input.of(failed.chunk()), -1);
      default -> {}
    }
  }

  void wanted(Effect effect) {
    switch (effect) {
      case Effect.Send send -> add(Input.of(send.line()), 1);
      case Effect.Seal seal -> add(Input.of(seal.chunk()), 1);
      case Effect.CloseInput(Chunk chunk) -> {
        Integer left = readers.remove(Input.of(chunk));
        if (left == null) {
          world.violation("the input of %s is closed, and was not open".formatted(chunk));
        } else if (left > 0) {
          world.violation("the input of %s is closed while it is read".formatted(chunk));
        }
      }
      default -> {}
    }
  }

  private void add(Input input, int more) {
    if (readers.computeIfPresent(input, (_, before) -> before + more) == null) {
      world.violation("%s is read, and is not open".formatted(input));
    }
  }

  int open() {
    return readers.size();
  }
}
