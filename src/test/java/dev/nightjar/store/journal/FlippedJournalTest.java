package dev.nightjar.store.journal;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.testing.FlippedBit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal with a flipped bit: an answer that it gives is one that was written, or there is none.
 */
@Tag("K6")
class FlippedJournalTest {
  private static final ChunkId A = new ChunkId(1, 0);
  private static final int LINES = 4;
  private static final long SEGMENT_BYTES_MAX = 200;

  @TempDir Path written;
  @TempDir Path scratch;

  /** Two lines in each of two segments. */
  @BeforeEach
  void journal() throws IOException {
    try (var log = open(written)) {
      log.take(A, 1);
      log.append(entries(A, 1, LINES).subList(0, 2));
      log.append(entries(A, 1, LINES).subList(2, LINES));
    }
    assertThat(segments(written)).hasSize(2);
  }

  private static JournalAnswerLog open(Path directory) throws IOException {
    return new JournalAnswerLog(directory, List.of(A), SEGMENT_BYTES_MAX);
  }

  private static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static Map<Integer, String> all() {
    IntFunction<String> text = line -> text(A, line);
    return IntStream.range(0, LINES).boxed().collect(Collectors.toMap(line -> line, text::apply));
  }

  @Test
  void everyFlippedBitIsFoundAtTheStartAndCostsOneAnswerAtMost() throws IOException {
    int refusals = 0;
    for (Path segment : segments(written)) {
      for (long bit = 0; bit < Files.size(segment) * Byte.SIZE; bit++) {
        for (Path file : segments(written)) {
          Files.write(scratch.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        new FlippedBit(scratch.resolve(segment.getFileName()), bit).flip();

        try (var log = open(scratch)) {
          Map<Integer, String> found = answers(log, A);
          assertThat(all()).as("bit %d of %s", bit, segment).containsAllEntriesOf(found);
          assertThat(found).hasSizeGreaterThanOrEqualTo(LINES - 1);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("has another format than this program knows");
          assertThat(bit).as("only the header's version").isBetween(40L, 63L);
          refusals++;
        }
        for (Path file : segments(scratch)) {
          Files.delete(file);
        }
      }
    }
    assertThat(refusals).isPositive();
  }

  @Test
  void everyBitThatFlipsWhileTheJournalIsOpenIsFoundWhenItIsRead() throws IOException {
    try (var log = open(written)) {
      for (Path segment : segments(written)) {
        for (long bit = 0; bit < Files.size(segment) * Byte.SIZE; bit++) {
          FlippedBit flipped = new FlippedBit(segment, bit).flip();
          boolean isInHeader = bit < Segment.HEADER * (long) Byte.SIZE;

          try {
            assertThat(answers(log, A)).isEqualTo(all());
            assertThat(isInHeader).as("bit %d of %s was not seen", bit, segment).isTrue();
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("damaged record in journal segment");
          }
          flipped.flip();
        }
      }
    }
  }

  @Test
  void manyFlippedBitsOfALargerJournalNeverBecomeAnotherAnswer() throws IOException {
    var random = new Random(11);
    int lines = 500;
    Path large = scratch.resolve("large");
    try (var log = open(large)) {
      log.take(A, 1);
      log.append(entries(A, 1, lines));
    }
    Path segment = segments(large).getFirst();
    byte[] whole = Files.readAllBytes(segment);
    for (int round = 0; round < 200; round++) {
      Files.write(segment, whole);
      for (int i = 0; i <= round % 5; i++) {
        long bit = 64 + random.nextLong(whole.length * 8L - 64);
        new FlippedBit(segment, bit).flip();
      }
      try (var log = open(large)) {
        answers(log, A).forEach((line, text) -> assertThat(text).isEqualTo(text(A, line)));
      }
    }
  }
}
