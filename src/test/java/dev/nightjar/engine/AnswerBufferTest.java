package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.nightjar.batch.AnswerBody;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.files.FileObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerBufferTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final long LIMIT = 8L * MEBIBYTE;

  @TempDir private Path directory;
  private FileObjectStore objects;
  private AnswerBuffer.Budget budget = new AnswerBuffer.Budget(2L * MEBIBYTE);

  @BeforeEach
  void open() throws IOException {
    objects = new FileObjectStore(directory);
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Test
  void keepsUpToOneMebibyteInMemory() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      String text = "x".repeat(MEBIBYTE);
      fill(buffer, text, 10_000);

      assertThat(buffer.isSpooled()).isFalse();
      assertThat(buffer.length()).isEqualTo(MEBIBYTE);
      assertThat(buffer.bytes().utf8()).isEqualTo(text);
      assertThat(objects.list("")).isEmpty();
    }
  }

  @Test
  void spoolsWhatIsLonger() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      String text = "{\"usage\":{\"prompt_tokens\":5},\"a\":\"" + "x".repeat(MEBIBYTE) + "\"}";
      fill(buffer, text, 10_000);

      assertThat(buffer.isSpooled()).isTrue();
      assertThat(buffer.length()).isEqualTo(text.length());
      assertThat(objects.list("")).isEmpty();

      Optional<AnswerBody> body = buffer.commitSpool();

      assertThat(body.orElseThrow().usage().input()).isEqualTo(5);
      assertThat(spooled()).isEqualTo(text);
    }
    assertThat(spooled()).isNotEmpty();
  }

  @Test
  void spoolThatIsNotCommittedLeavesNothing() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      fill(buffer, "x".repeat(2 * MEBIBYTE), 10_000);
    }

    assertThat(objects.list("")).isEmpty();
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void spoolsWhenTheBudgetIsGoneButForSmallAnswers() throws IOException {
    budget = new AnswerBuffer.Budget(0);
    try (AnswerBuffer small = buffer();
        AnswerBuffer large = buffer()) {
      fill(small, "x".repeat(16 * 1024), 1_000);
      String text = "y".repeat(16 * 1024 + 1);
      fill(large, text, 1_000);

      assertThat(small.isSpooled()).isFalse();
      assertThat(large.isSpooled()).isTrue();
      large.commitSpool();
      assertThat(spooled()).isEqualTo(text);
    }
  }

  @Test
  void givesItsBudgetBack() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (AnswerBuffer buffer = buffer()) {
        fill(buffer, "x".repeat(MEBIBYTE), 100_000);

        assertThat(buffer.isSpooled()).as("buffer %d", i).isFalse();
        assertThat(budget.take(MEBIBYTE + 1)).as("what is reserved is taken").isFalse();
      }
    }
    assertThat(budget.take(2 * MEBIBYTE)).isTrue();
    assertThat(budget.take(1)).isFalse();
  }

  @Test
  void closingTwiceGivesBackOnce() throws IOException {
    AnswerBuffer buffer = buffer();
    fill(buffer, "x".repeat(MEBIBYTE), 100_000);

    buffer.close();
    buffer.close();

    assertThat(budget.take(2 * MEBIBYTE + 1)).isFalse();
  }

  @Test
  void restartForgetsTheAnswerAndItsSpool() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      fill(buffer, "x".repeat(2 * MEBIBYTE), 10_000);

      buffer.restart();
      fill(buffer, "{}", 1);

      assertThat(buffer.isSpooled()).isFalse();
      assertThat(buffer.bytes().utf8()).isEqualTo("{}");
      assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }
  }

  @Test
  void restartReservesAgainWhatItUses() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      fill(buffer, "x".repeat(MEBIBYTE), 10_000);

      buffer.restart();
      assertThat(budget.take(2 * MEBIBYTE)).isTrue();
      fill(buffer, "y".repeat(MEBIBYTE), 10_000);

      assertThat(buffer.isSpooled()).as("nothing is left of the budget").isTrue();
    }
  }

  @Test
  void refusesOneByteMoreThanTheLimit() throws IOException {
    try (var buffer = new AnswerBuffer(objects, "spool/1", 10, budget)) {
      assertThat(buffer.accept(new byte[10], 0, 10)).isTrue();
      assertThat(buffer.accept(new byte[1], 0, 1)).isFalse();
      assertThat(buffer.length()).isEqualTo(10);
    }
  }

  @Test
  void limitHoldsForSpooledAnswersToo() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      fill(buffer, "x".repeat((int) LIMIT), 100_000);

      assertThat(buffer.accept(new byte[1], 0, 1)).isFalse();
    }
  }

  @Test
  void beginningOfASpooledAnswerIsReal() throws IOException {
    budget = new AnswerBuffer.Budget(0);
    try (AnswerBuffer buffer = buffer()) {
      fill(buffer, "stale".repeat(1_000), 500);
      buffer.restart();
      String text = "<html>" + "y".repeat(20_000);
      fill(buffer, text, 30_000);

      assertThat(buffer.isSpooled()).isTrue();
      assertThat(buffer.bytes().length()).isGreaterThanOrEqualTo(2_048);
      assertThat(text).startsWith(buffer.bytes().utf8());
    }
  }

  @Test
  void onlyASpoolIsCommitted() throws IOException {
    try (AnswerBuffer buffer = buffer()) {
      assertThatIllegalStateException().isThrownBy(buffer::commitSpool);
    }
  }

  private AnswerBuffer buffer() {
    return new AnswerBuffer(objects, "spool/1", LIMIT, budget);
  }

  private String spooled() throws IOException {
    try (ObjectStore.Reader reader = objects.open("spool/1")) {
      byte[] bytes = reader.stream(0, reader.length()).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static void fill(AnswerBuffer buffer, String text, int step) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += step) {
      assertThat(buffer.accept(bytes, i, Math.min(step, bytes.length - i))).isTrue();
    }
  }
}
