package dev.nightjar.engine;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.store.ChunkInput;
import dev.nightjar.store.ChunkInputs;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inputs of chunks, from their claim until the engine wants them closed. Any thread may call
 * it. If the process dies, they are opened with the next claim.
 */
final class OpenInputs implements AutoCloseable {
  private final ChunkInputs inputs;
  private final Map<Claim, ChunkInput> open = new ConcurrentHashMap<>();

  /** A chunk may be claimed again before what an earlier claim opened is closed. */
  private record Claim(ChunkId chunk, long epoch) {
    static Claim of(Chunk chunk) {
      return new Claim(chunk.id(), chunk.epoch());
    }
  }

  OpenInputs(ChunkInputs inputs) {
    this.inputs = inputs;
  }

  ChunkInput open(RunningBatch running, Chunk chunk) throws IOException {
    ChunkInput input = inputs.open(running.batch().inputFileId(), running.input(), chunk);
    if (open.putIfAbsent(Claim.of(chunk), input) != null) {
      input.close();
      throw new IllegalStateException("%s is open".formatted(running.name(chunk.id())));
    }
    return input;
  }

  ChunkInput of(Chunk chunk) {
    return get(Claim.of(chunk));
  }

  /** That of the line's chunk. */
  ChunkInput of(LineId line) {
    return get(new Claim(line.chunk(), line.epoch()));
  }

  private ChunkInput get(Claim claim) {
    ChunkInput found = open.get(claim);
    if (found == null) {
      throw new IllegalStateException(claim + " is not open");
    }
    return found;
  }

  int count() {
    return open.size();
  }

  void close(Chunk chunk) {
    ChunkInput closed = open.remove(Claim.of(chunk));
    if (closed == null) {
      throw new IllegalStateException(chunk + " is not open");
    }
    closed.close();
  }

  @Override
  public void close() {
    open.values().forEach(ChunkInput::close);
  }
}
