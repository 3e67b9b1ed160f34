package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.AnswerLogContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;

/** With segments so small that each test uses several. */
class JournalAnswerLogTest extends AnswerLogContract {
  @Override
  protected AnswerLog open(Path directory, Collection<ChunkId> unsealed) throws IOException {
    return new JournalAnswerLog(directory, unsealed, 500);
  }
}
