package dev.nightjar.testing;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** A log that does what another does, but for what a test changes. */
public interface ForwardingAnswerLog extends AnswerLog {
  AnswerLog inner();

  @Override
  default BitSet take(ChunkId chunk, long epoch) throws IOException {
    return inner().take(chunk, epoch);
  }

  @Override
  default Set<ChunkId> append(List<Entry> group) throws IOException {
    return inner().append(group);
  }

  @Override
  default int read(ChunkId chunk, Visitor visitor) throws IOException {
    return inner().read(chunk, visitor);
  }

  @Override
  default void forget(ChunkId chunk) throws IOException {
    inner().forget(chunk);
  }

  @Override
  default Figures figures() {
    return inner().figures();
  }

  @Override
  default void close() throws IOException {
    inner().close();
  }
}
