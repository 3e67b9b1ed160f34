package dev.nightjar.store.journal;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog.BrokenException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full or broken, and threads that are interrupted. */
class JournalFaultTest {
  private static final ChunkId A = new ChunkId(1, 0);
  private static final ChunkId B = new ChunkId(2, 0);
  private static final int SEGMENT_BYTES_MAX = 1 << 20;

  @TempDir Path directory;
  private final FaultyDisk disk = new FaultyDisk();
  private JournalAnswerLog log;

  @BeforeEach
  void openLog() throws IOException {
    log = new JournalAnswerLog(directory, List.of(), SEGMENT_BYTES_MAX, disk);
    log.take(A, 1);
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  private Path segment() {
    return directory.resolve("00000001.log");
  }

  private void assertHoldsAfterReopen(int answers) throws IOException {
    log.close();
    log = new JournalAnswerLog(directory, List.of(A), SEGMENT_BYTES_MAX);
    assertThat(answers(log, A)).hasSize(answers);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 60, 300})
  void fullDiskLosesNothingAndTheGroupIsWrittenLater(long room) throws IOException {
    log.append(entries(A, 1, 3));
    long size = Files.size(segment());
    disk.leaveRoom(room);

    assertThatThrownBy(() -> log.append(entries(A, 1, 9)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(BrokenException.class)
        .hasMessageContaining("No space left");

    assertThat(Files.size(segment())).as("cut to the last good record").isEqualTo(size);
    assertThat(answers(log, A)).hasSize(3);
    assertThatThrownBy(() -> log.append(entries(A, 1, 9))).hasMessageContaining("No space left");
    disk.leaveRoom(Long.MAX_VALUE);
    assertThat(log.append(entries(A, 1, 9))).isEmpty();
    assertThat(answers(log, A)).hasSize(9);
    assertHoldsAfterReopen(9);
  }

  @Test
  @Tag("K6")
  void segmentThatCannotBeDeletedGoesWithTheNextChunkThatIsForgotten() throws IOException {
    log.close();
    log = new JournalAnswerLog(directory, List.of(), 400, disk);
    log.take(A, 1);
    log.take(B, 1);
    log.append(entries(A, 1, 5));
    log.append(entries(B, 1, 5));
    disk.failDeletes(true);

    assertThatThrownBy(() -> log.forget(A)).hasMessageContaining("not permitted");
    assertThat(segment()).exists();
    disk.failDeletes(false);
    log.forget(B);

    assertThat(segment()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 8, 20})
  void fullDiskAtANewSegmentIsGotOver(long room) throws IOException {
    disk.leaveRoom(room);

    assertThatThrownBy(() -> log.append(entries(A, 1, 9))).hasMessageContaining("No space left");
    assertThatThrownBy(() -> log.append(entries(A, 1, 9))).hasMessageContaining("No space left");

    disk.leaveRoom(Long.MAX_VALUE);
    assertThat(log.append(entries(A, 1, 9))).isEmpty();
    assertHoldsAfterReopen(9);
  }

  @Test
  void failedForceIsNeverTriedAgain() throws IOException {
    log.append(entries(A, 1, 3));
    disk.failForces(true);
    int before = disk.forces();

    assertThatThrownBy(() -> log.append(entries(A, 1, 9))).isInstanceOf(BrokenException.class);

    disk.failForces(false);
    assertThatThrownBy(() -> log.append(entries(A, 1, 9)))
        .isInstanceOf(BrokenException.class)
        .hasMessageContaining("Input/output error");
    assertThatThrownBy(() -> log.take(A, 2)).isInstanceOf(BrokenException.class);
    assertThatThrownBy(() -> log.read(A, (_, _) -> {})).isInstanceOf(BrokenException.class);
    assertThatThrownBy(() -> log.forget(A)).isInstanceOf(BrokenException.class);
    assertThat(disk.forces()).isEqualTo(before + 1);
  }

  @Test
  void groupCostsOneForceAndARefusedOneNone() throws IOException {
    log.append(entries(A, 1, 100));
    assertThat(disk.forces()).isEqualTo(1);

    log.append(List.of(entry(A, 7, 0, "refused")));
    log.append(List.of());
    assertThat(disk.forces()).isEqualTo(1);
  }

  @Test
  void interruptedAppendIsRepeatedWithoutLoss() throws IOException {
    log.append(entries(A, 1, 3));

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> log.append(entries(A, 1, 9)))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(log.append(entries(A, 1, 9))).isEmpty();
    assertThat(answers(log, A)).hasSize(9);
    assertHoldsAfterReopen(9);
  }

  @Test
  void interruptedForceIsNoBrokenDisk() throws IOException {
    log.append(entries(A, 1, 3));
    disk.interruptNextForce();

    assertThatThrownBy(() -> log.append(entries(A, 1, 9)))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(answers(log, A)).hasSize(3);
    assertThat(log.append(entries(A, 1, 9))).isEmpty();
    assertHoldsAfterReopen(9);
  }

  @Test
  void interruptedReaderDisturbsNobody() throws IOException {
    log.append(entries(A, 1, 3));

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> log.read(A, (_, _) -> {}))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(answers(log, A)).hasSize(3);
    assertThat(log.append(entries(A, 1, 9))).isEmpty();
  }

  @Test
  void closedLogSaysSo() throws IOException {
    log.close();

    assertThatThrownBy(() -> log.append(entries(A, 1, 1)))
        .isInstanceOf(IOException.class)
        .hasMessage("the journal is closed");
  }
}
