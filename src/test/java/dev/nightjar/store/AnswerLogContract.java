package dev.nightjar.store;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.entry;
import static dev.nightjar.store.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.AnswerLog.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every answer log does; the rules that span stores are in {@link RulesContract}. */
public abstract class AnswerLogContract {
  protected static final ChunkId A = new ChunkId(1, 0);
  protected static final ChunkId B = new ChunkId(1, 1);

  @TempDir protected Path directory;
  protected AnswerLog log;

  /** Opens the log of this directory, which may have been used before. */
  protected abstract AnswerLog open(Path directory, Collection<ChunkId> unsealed)
      throws IOException;

  @BeforeEach
  void openLog() throws IOException {
    log = open(directory, List.of());
  }

  @AfterEach
  void closeLog() throws IOException {
    log.close();
  }

  private void reopen(ChunkId... unsealed) throws IOException {
    log.close();
    log = open(directory, List.of(unsealed));
  }

  @Test
  void unknownChunkHasNoAnswers() throws IOException {
    assertThat(log.take(A, 1)).isEqualTo(new BitSet());
    assertThat(answers(log, B)).isEmpty();
  }

  @Test
  void chunkThatNobodyTookIsRefused() throws IOException {
    assertThat(log.append(List.of(entry(A, 1, 0, "x")))).containsExactly(A);
    assertThat(answers(log, A)).isEmpty();
  }

  @Test
  void answersAreReadInLineOrder() throws IOException {
    log.take(A, 1);
    log.append(List.of(entry(A, 1, 7, "seven"), entry(A, 1, 499, "last")));
    log.append(List.of(entry(A, 1, 3, "three")));

    var lines = new ArrayList<Integer>();
    log.read(A, (line, _) -> lines.add(line));

    assertThat(lines).containsExactly(3, 7, 499);
    assertThat(log.take(A, 2).stream()).containsExactly(3, 7, 499);
  }

  @Test
  void answerComesBackAsItWas() throws IOException {
    var spooled =
        new Answer(
            false,
            new Usage(1, 2, 3, 4),
            Bytes.utf8("{\"id\":1,\"body\":"),
            "spool/batch_1-0-a",
            5L << 32,
            Bytes.utf8("}"));
    log.take(A, 1);
    log.append(List.of(new Entry(A, 1, 0, spooled)));

    log.read(
        A,
        (_, answer) -> {
          assertThat(answer)
              .usingRecursiveComparison()
              .ignoringFields("head", "tail")
              .isEqualTo(spooled);
          assertThat(answer.head().utf8()).isEqualTo("{\"id\":1,\"body\":");
          assertThat(answer.tail().utf8()).isEqualTo("}");
        });
  }

  @Test
  void answerLargerThanAnyBufferComesBack() throws IOException {
    String large = "x".repeat(3 << 20);
    log.take(A, 1);

    log.append(List.of(entry(A, 1, 0, "a"), entry(A, 1, 1, large), entry(A, 1, 2, "b")));

    assertThat(answers(log, A)).containsEntry(0, "a").containsEntry(1, large).containsEntry(2, "b");
    reopen(A);
    assertThat(answers(log, A)).containsEntry(0, "a").containsEntry(1, large).containsEntry(2, "b");
  }

  @Test
  void linesOfATakenChunkAreACopy() throws IOException {
    log.take(A, 1);
    log.append(entries(A, 1, 2));
    BitSet lines = log.take(A, 1);

    lines.set(100);

    assertThat(log.take(A, 1).cardinality()).isEqualTo(2);
  }

  @Test
  void forgottenChunkIsGoneAndMayBeForgottenAgain() throws IOException {
    log.take(A, 1);
    log.take(B, 1);
    log.append(entries(A, 1, 3));
    log.append(entries(B, 1, 3));

    log.forget(A);

    assertThat(answers(log, A)).isEmpty();
    assertThat(answers(log, B)).hasSize(3);
    assertThatCode(() -> log.forget(A)).doesNotThrowAnyException();
    assertThat(log.append(entries(A, 1, 1))).containsExactly(A);
  }

  @Test
  void answersOfUnsealedChunksSurviveAReopen() throws IOException {
    log.take(A, 1);
    log.take(B, 1);
    log.append(entries(A, 1, 5));
    log.append(entries(B, 1, 5));

    reopen(B);

    assertThat(answers(log, A)).isEmpty();
    assertThat(log.take(B, 2).cardinality()).isEqualTo(5);
    assertThat(answers(log, B)).containsEntry(4, text(B, 4));
  }

  @Test
  void afterAReopenAChunkBelongsToNobodyUntilItIsTaken() throws IOException {
    log.take(A, 1);
    log.append(entries(A, 1, 1));

    reopen(A);

    assertThat(log.append(List.of(entry(A, 1, 1, "late")))).containsExactly(A);
    log.take(A, 2);
    assertThat(log.append(List.of(entry(A, 2, 1, "new")))).isEmpty();
    assertThat(answers(log, A)).containsEntry(1, "new");
  }

  @Test
  void firstAnswerWinsAfterAReopenToo() throws IOException {
    log.take(A, 1);
    log.append(List.of(entry(A, 1, 0, "first")));
    log.append(List.of(entry(A, 1, 0, "second")));

    reopen(A);

    assertThat(answers(log, A)).containsEntry(0, "first");
    assertThat(log.read(A, (_, _) -> {})).isEqualTo(1);
  }

  @Test
  void othersTakeReadAndForgetWhileOneAppends() throws Exception {
    int chunks = 60;
    List<ChunkId> ids = IntStream.range(0, chunks).mapToObj(n -> new ChunkId(9, n)).toList();
    try (var threads = Executors.newFixedThreadPool(3)) {
      var sealed = new ArrayList<Future<Integer>>();
      for (ChunkId id : ids) {
        log.take(id, 1);
        for (int round = 0; round < 4; round++) {
          assertThat(log.append(entries(id, 1, 50))).isEmpty();
        }
        sealed.add(threads.submit((Callable<Integer>) () -> sealAndForget(id)));
      }
      for (var doubles : sealed) {
        assertThat(doubles.get()).isEqualTo(150);
      }
    }
    for (ChunkId id : ids) {
      assertThat(answers(log, id)).isEmpty();
    }
  }

  private int sealAndForget(ChunkId id) throws IOException {
    assertThat(log.take(id, 2).cardinality()).isEqualTo(50);
    int doubles =
        log.read(id, (line, answer) -> assertThat(answer.head().utf8()).isEqualTo(text(id, line)));
    log.forget(id);
    return doubles;
  }
}
