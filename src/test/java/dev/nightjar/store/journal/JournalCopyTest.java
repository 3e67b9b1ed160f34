package dev.nightjar.store.journal;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.ChunkId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy is the journal of the moment at which it was held. Each group here fills a segment. */
class JournalCopyTest {
  private static final ChunkId A = new ChunkId(1, 0);
  private static final ChunkId B = new ChunkId(2, 0);

  @TempDir Path journal;
  @TempDir Path scratch;
  private JournalAnswerLog log;

  @BeforeEach
  void openLog() throws IOException {
    log = new JournalAnswerLog(journal, List.of(), 400);
    log.take(A, 1);
    log.take(B, 1);
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  private JournalAnswerLog copied(JournalCopy held) throws IOException {
    Path copy = scratch.resolve("journal");
    held.writeTo(copy);
    return new JournalAnswerLog(copy, List.of(A, B), 400);
  }

  @Test
  void segmentsFreedAfterItWasHeldAreInTheCopy() throws IOException {
    log.append(entries(A, 1, 5));
    log.append(entries(B, 1, 5));
    try (JournalCopy held = JournalCopy.hold(journal)) {
      log.forget(A);
      assertThat(journal.resolve("00000001.log")).doesNotExist();

      try (JournalAnswerLog copy = copied(held)) {
        assertThat(answers(copy, A)).hasSize(5);
        assertThat(answers(copy, B)).hasSize(5);
      }
    }
  }

  @Test
  void answersAppendedAfterItWasHeldAreNot() throws IOException {
    log.append(entries(A, 1, 2));
    try (JournalCopy held = JournalCopy.hold(journal)) {
      log.append(entries(B, 1, 1));
      log.append(entries(B, 1, 5));

      try (JournalAnswerLog copy = copied(held)) {
        assertThat(answers(copy, A)).hasSize(2);
        assertThat(answers(copy, B)).isEmpty();
      }
    }
  }

  @Test
  void copyGoesOnWithoutTouchingTheOriginal() throws IOException {
    log.append(entries(A, 1, 1));
    byte[] before = Files.readAllBytes(journal.resolve("00000001.log"));
    try (JournalCopy held = JournalCopy.hold(journal);
        JournalAnswerLog copy = copied(held)) {
      copy.take(A, 2);
      copy.append(entries(A, 2, 3));
    }

    assertThat(journal.resolve("00000001.log")).hasBinaryContent(before);
  }

  @Test
  void journalThatWasNeverOpenedIsEmpty() throws IOException {
    try (JournalCopy held = JournalCopy.hold(scratch.resolve("none"));
        JournalAnswerLog copy = copied(held)) {
      assertThat(copy.figures().bytes()).isZero();
    }
  }
}
