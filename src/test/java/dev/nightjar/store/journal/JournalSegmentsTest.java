package dev.nightjar.store.journal;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.ChunkId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When segments begin and go. Each group here fills one. */
class JournalSegmentsTest {
  private static final ChunkId A = new ChunkId(1, 0);
  private static final ChunkId B = new ChunkId(2, 0);
  private static final ChunkId C = new ChunkId(3, 0);

  @TempDir Path directory;
  private JournalAnswerLog log;

  @BeforeEach
  void openLog() throws IOException {
    log = open(List.of());
    for (ChunkId chunk : List.of(A, B, C)) {
      log.take(chunk, 1);
    }
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  private JournalAnswerLog open(List<ChunkId> unsealed) throws IOException {
    return new JournalAnswerLog(directory, unsealed, 400);
  }

  private void append(ChunkId chunk) throws IOException {
    assertThat(log.append(entries(chunk, 1, 5))).isEmpty();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void emptyJournalHasNoSegment() throws IOException {
    assertThat(files()).isEmpty();
    assertThat(log.figures().bytes()).isZero();
  }

  @Test
  void bytesOnDiskAreThoseOfTheFiles() throws IOException {
    append(A);
    append(B);

    long bytes = 0;
    for (String file : files()) {
      bytes += Files.size(directory.resolve(file));
    }
    assertThat(log.figures().bytes()).isEqualTo(bytes).isPositive();
  }

  @Test
  void segmentGoesWithTheLastChunkThatNeedsItAndNoOther() throws IOException {
    append(A);
    append(B);
    append(A);
    append(C);
    assertThat(files()).hasSize(4);

    log.forget(B);
    assertThat(files()).containsExactly("00000001.log", "00000003.log", "00000004.log");
    log.forget(A);
    assertThat(files()).containsExactly("00000004.log");
    assertThat(answers(log, C)).hasSize(5);
  }

  @Test
  void segmentThatNobodyNeedsAnyMoreGoesWhenTheNextBegins() throws IOException {
    append(A);
    log.forget(A);
    assertThat(files()).as("still the current one").containsExactly("00000001.log");

    append(B);

    assertThat(files()).containsExactly("00000002.log");
    assertThat(answers(log, B)).hasSize(5);
  }

  @Test
  void segmentsThatNobodyNeedsGoAtReopen() throws IOException {
    append(A);
    append(B);
    append(C);
    log.close();

    log = open(List.of(B));

    assertThat(files()).containsExactly("00000002.log");
    log.take(C, 2);
    assertThat(log.append(entries(C, 2, 5))).isEmpty();
    assertThat(files()).containsExactly("00000002.log", "00000004.log");
  }

  @Test
  void lastSegmentGoesOnAfterAReopen() throws IOException {
    log.append(entries(A, 1, 1));
    log.close();

    log = open(List.of(A));
    log.take(A, 2);
    log.append(entries(A, 2, 2));

    assertThat(files()).containsExactly("00000001.log");
    log.close();
    log = open(List.of(A));
    assertThat(answers(log, A)).hasSize(2);
  }
}
