package dev.nightjar.store.journal;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.entry;
import static dev.nightjar.store.Samples.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a journal whose files are not as they were written. */
class JournalRecoveryTest {
  private static final ChunkId A = new ChunkId(1, 0);
  private static final long SEGMENT_BYTES_MAX = 2_000;

  @TempDir Path directory;
  private Path first;
  private Path second;

  /** Lines 0 to 19 fill the first segment, 20 to 24 are in the second. */
  @BeforeEach
  void journalOfTwoSegments() throws IOException {
    first = directory.resolve("00000001.log");
    second = directory.resolve("00000002.log");
    try (var log = open()) {
      log.take(A, 1);
      log.append(entries(A, 1, 20));
      log.append(entries(A, 1, 25).subList(20, 25));
    }
    assertThat(second).exists();
  }

  private JournalAnswerLog open() throws IOException {
    return new JournalAnswerLog(directory, List.of(A), SEGMENT_BYTES_MAX);
  }

  private static long positionOf(Path segment, int line) throws IOException {
    return new String(Files.readAllBytes(segment), ISO_8859_1).indexOf(text(A, line));
  }

  private static void overwrite(Path file, long position, byte[] bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.position(position).write(ByteBuffer.wrap(bytes));
    }
  }

  private static void cutTo(Path file, long size) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50, 130})
  void tornTailIsCutOff(int missing) throws IOException {
    cutTo(second, Files.size(second) - missing);
    int lost = missing > 100 ? 2 : 1;

    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(25 - lost).containsEntry(22, text(A, 22));
      log.take(A, 2);
      log.append(List.of(entry(A, 2, 24, "again")));
      assertThat(answers(log, A)).containsEntry(24, "again");
    }
    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(26 - lost).containsEntry(24, "again");
    }
    assertThat(directory.resolve("00000003.log")).doesNotExist();
  }

  @Test
  void zerosBehindTheLastRecordAreATornTail() throws IOException {
    byte[] whole = Files.readAllBytes(second);
    Files.write(second, Arrays.copyOf(whole, whole.length + 5_000));

    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(25);
      log.take(A, 2);
      log.append(List.of(entry(A, 2, 30, "next")));
    }
    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(26).containsEntry(30, "next");
    }
    assertThat(Files.size(second)).isLessThan(whole.length + 500);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 8})
  void segmentThatHadJustBegunIsNone(int size) throws IOException {
    cutTo(second, size);

    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(20);
      log.take(A, 2);
      log.append(entries(A, 2, 25).subList(20, 25));
    }
    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(25);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000001.log", "00000002.log"})
  void damagedRecordLosesNoOther(String segment) throws IOException {
    boolean isFirst = segment.equals("00000001.log");
    int line = isFirst ? 7 : 21;
    Path file = directory.resolve(segment);
    overwrite(file, positionOf(file, line) + 3, new byte[] {'?'});

    try (var log = open()) {
      assertThat(answers(log, A))
          .hasSize(24)
          .doesNotContainKey(line)
          .containsEntry(24, text(A, 24));
      log.take(A, 2);
      log.append(List.of(entry(A, 2, line, "run again")));
    }
    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(25).containsEntry(line, "run again");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000001.log", "00000002.log"})
  void damagedLengthLosesNoRecordBehindIt(String segment) throws IOException {
    boolean isFirst = segment.equals("00000001.log");
    int line = isFirst ? 7 : 21;
    Path file = directory.resolve(segment);
    long recordBytes = positionOf(file, line + 1) - positionOf(file, line);
    long end = positionOf(file, line) + text(A, line).length();
    overwrite(
        file,
        end - recordBytes + JournalRecord.PREFIX - Integer.BYTES,
        ByteBuffer.allocate(4).putInt(1_000_000).array());

    try (var log = open()) {
      assertThat(answers(log, A))
          .hasSize(24)
          .doesNotContainKey(line)
          .containsEntry(24, text(A, 24));
    }
  }

  @Test
  void lostPageLosesOnlyWhatWasOnIt() throws IOException {
    long from = positionOf(first, 5);
    overwrite(first, from, new byte[(int) (positionOf(first, 9) - from)]);

    try (var log = open()) {
      assertThat(answers(log, A).keySet())
          .hasSize(20)
          .contains(0, 4, 10, 19, 24)
          .doesNotContain(5, 9);
    }
  }

  @Test
  void segmentCutShortBeforeTheLastIsDamageAndNotATornTail() throws IOException {
    cutTo(first, Files.size(first) - 10);

    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(24).doesNotContainKey(19);
      log.forget(A);
    }
    assertThat(first).doesNotExist();
    assertThat(directory.resolve("00000001.log.corrupt")).exists();
  }

  @Test
  void damagedSegmentIsKeptForWhoeverLooksIntoIt() throws IOException {
    overwrite(second, positionOf(second, 21), new byte[] {'?'});
    byte[] damaged = Files.readAllBytes(second);

    try (var log = open()) {
      log.take(A, 2);
      log.append(List.of(entry(A, 2, 21, "run again")));
      assertThat(Files.readAllBytes(second)).as("not appended to").isEqualTo(damaged);
    }
    try (var _ = new JournalAnswerLog(directory, List.of(), SEGMENT_BYTES_MAX)) {
      assertThat(second).doesNotExist();
      assertThat(Files.readAllBytes(directory.resolve("00000002.log.corrupt"))).isEqualTo(damaged);
    }
  }

  @Test
  void numbersOfKeptSegmentsAreNotUsedAgain() throws IOException {
    Files.move(second, directory.resolve("00000007.log.corrupt"));
    Files.delete(first);

    try (var log = open()) {
      log.take(A, 2);
      log.append(entries(A, 2, 1));
    }

    assertThat(directory.resolve("00000008.log")).exists();
  }

  @Test
  void segmentOfANewerFormatIsRefusedAndLeftAlone() throws IOException {
    overwrite(second, 0, "NJLOG003".getBytes(ISO_8859_1));
    byte[] newer = Files.readAllBytes(second);

    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("00000002.log")
        .hasMessageContaining("another format");
    assertThat(Files.readAllBytes(second)).isEqualTo(newer);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7})
  void headerTornByAPowerCutIsNoOtherFormat(int bytes) throws IOException {
    byte[] written = Arrays.copyOf("NJLOG002".getBytes(ISO_8859_1), bytes);
    Files.write(second, Arrays.copyOf(written, 8)); // Its length is there, and zeros.

    try (var log = open()) {
      assertThat(answers(log, A)).hasSize(20);
    }
  }

  @Test
  void otherFilesAreLeftAlone() throws IOException {
    Path other = Files.writeString(directory.resolve("notes.txt"), "mine");

    open().close();

    assertThat(other).hasContent("mine");
  }
}
