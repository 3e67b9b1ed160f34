package dev.nightjar.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  private static final int LIMIT = 1 << 20;

  /** A line as a reader saw it; {@code text} is null when it was too long. */
  private record Seen(long number, long offset, long end, @Nullable String text, boolean isBlank) {}

  @Test
  void newlineAndCarriageReturnNewlineEndALine() throws IOException {
    assertThat(read("a\nbc\r\nd\n", LIMIT))
        .containsExactly(
            new Seen(1, 0, 2, "a", false),
            new Seen(2, 2, 6, "bc", false),
            new Seen(3, 6, 8, "d", false));
  }

  @Test
  void lastLineNeedsNoNewline() throws IOException {
    assertThat(read("a\nbc", LIMIT))
        .containsExactly(new Seen(1, 0, 2, "a", false), new Seen(2, 2, 4, "bc", false));
  }

  @Test
  void emptyFileHasNoLine() throws IOException {
    assertThat(read("", LIMIT)).isEmpty();
  }

  @Test
  void blankLinesAreNumberedAndSaidToBeBlank() throws IOException {
    assertThat(read("\n \t\r\na\n\r\n", LIMIT))
        .containsExactly(
            new Seen(1, 0, 1, "", true),
            new Seen(2, 1, 5, " \t", true),
            new Seen(3, 5, 7, "a", false),
            new Seen(4, 7, 9, "", true));
  }

  @Test
  void carriageReturnInsideALineStays() throws IOException {
    assertThat(read("a\rb\r\r\nc", LIMIT)).extracting(Seen::text).containsExactly("a\rb\r", "c");
  }

  @Test
  void lineOfExactlyTheLimitIsReadWithEitherEnding() throws IOException {
    String full = "x".repeat(10);

    for (String ending : List.of("\n", "\r\n", "")) {
      List<Seen> seen = read("first\n" + full + ending, 10);

      assertThat(seen).extracting(Seen::text).containsExactly("first", full);
    }
  }

  @Test
  void lineOverTheLimitIsReportedAndTheNextIsRight() throws IOException {
    for (int length : new int[] {11, 12, 13, 14, 300_000, 600_000}) {
      for (String ending : List.of("\n", "\r\n")) {
        String text = "a\n" + "x".repeat(length) + ending + "b\n";

        int next = 2 + length + ending.length();
        assertThat(read(text, 10))
            .as("%d bytes", length)
            .containsExactly(
                new Seen(1, 0, 2, "a", false),
                new Seen(2, 2, next, null, false),
                new Seen(3, next, next + 2, "b", false));
      }
    }
  }

  @Test
  void lineOverTheLimitMayBeTheLastAndLackItsNewline() throws IOException {
    assertThat(read("a\n" + "x".repeat(700_000), 10))
        .containsExactly(new Seen(1, 0, 2, "a", false), new Seen(2, 2, 700_002, null, false));
  }

  @Test
  void lineOverTheLimitIsNotBlankThoughItEndsInSpaces() throws IOException {
    var in =
        new SequenceInputStream(
            new ByteArrayInputStream("{xxxxxxxxxxxx".getBytes(StandardCharsets.US_ASCII)),
            new ByteArrayInputStream((" ".repeat(50) + "\nb").getBytes(StandardCharsets.US_ASCII)));

    assertThat(read(in, 10)).extracting(Seen::isBlank).containsExactly(false, false);
  }

  @Test
  void lineLongerThanTheBufferIsReadWhole() throws IOException {
    String longLine = "y".repeat(900_000);

    assertThat(read("a\n" + longLine + "\nb\n" + longLine + "\r\nc", LIMIT))
        .extracting(Seen::text)
        .containsExactly("a", longLine, "b", longLine, "c");
  }

  @Test
  void readsTheSameHoweverTheStreamIsCut() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("JsonLinesTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String text = randomText(random);
      int limit = 1 + random.nextInt(40);
      List<Seen> expected = naive(text, limit);

      assertThat(read(text, limit)).as("seed %d, round %d", seed, round).isEqualTo(expected);
      for (int most : new int[] {1, 2, 7}) {
        assertThat(read(new Trickle(text, random, most), limit))
            .as("seed %d, round %d, at most %d", seed, round, most)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void readsTheSameAcrossTheBordersOfItsBuffer() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("JsonLinesTest seed " + seed);
    var random = new Random(seed);
    var text = new StringBuilder();
    while (text.length() < 3_000_000) {
      text.append("z".repeat(random.nextInt(random.nextInt(20) == 0 ? 400_000 : 3_000)));
      text.append(random.nextBoolean() ? "\n" : "\r\n");
    }
    List<Seen> expected = naive(text.toString(), 300_000);

    assertThat(read(text.toString(), 300_000)).isEqualTo(expected);
    assertThat(read(new Trickle(text.toString(), random, 100_000), 300_000))
        .as("seed %d", seed)
        .isEqualTo(expected);
  }

  private static String randomText(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(300); i > 0; i--) {
      text.append("ab \t\r\n\n".charAt(random.nextInt(7)));
      if (random.nextInt(30) == 0) {
        text.append("x".repeat(random.nextInt(100)));
      }
    }
    return text.toString();
  }

  private static List<Seen> naive(String text, int limit) {
    var seen = new ArrayList<Seen>();
    int from = 0;
    while (from < text.length()) {
      int newline = text.indexOf('\n', from);
      int next = newline < 0 ? text.length() : newline + 1;
      String line = text.substring(from, newline < 0 ? next : newline);
      if (line.endsWith("\r")) {
        line = line.substring(0, line.length() - 1);
      }
      boolean isTooLong = line.length() > limit;
      boolean isBlank = !isTooLong && line.matches("[ \t\r]*");
      seen.add(new Seen(seen.size() + 1, from, next, isTooLong ? null : line, isBlank));
      from = next;
    }
    return seen;
  }

  private static List<Seen> read(String text, int limit) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), limit);
  }

  private static List<Seen> read(InputStream in, int limit) throws IOException {
    var lines = new JsonLines(in, limit);
    var seen = new ArrayList<Seen>();
    while (lines.next()) {
      String text = lines.isTooLong() ? null : lines.line().utf8();
      seen.add(new Seen(lines.number(), lines.offset(), lines.end(), text, lines.isBlank()));
    }
    return seen;
  }

  @Test
  @Tag("K1")
  void longLineWaitsUntilNoOtherReaderHasOne() throws Exception {
    byte[] bytes = new byte[3 << 20];
    var longLines = new LongLines();
    var first = new JsonLines(new ByteArrayInputStream(bytes), bytes.length, longLines);
    var second = new JsonLines(new ByteArrayInputStream(bytes), bytes.length, longLines);
    var small = new JsonLines(new ByteArrayInputStream(bytes, 0, 99), bytes.length, longLines);
    assertThat(first.next()).isTrue();

    var waits = new FutureTask<>(second::next);
    Thread thread = Thread.ofPlatform().start(waits);
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    assertThat(small.next()).isTrue();
    assertThat(waits.isDone()).isFalse();
    first.close();
    assertThat(waits.get(30, TimeUnit.SECONDS)).isTrue();
    second.close();
  }

  @Test
  void readerGoesOnBehindAPlace() throws IOException {
    String text = "one\r\n\nthree\nfour";
    var before = new JsonLines(new ByteArrayInputStream(bytes(text)), 99);
    assertThat(before.next()).isTrue();
    assertThat(before.next()).isTrue();

    byte[] rest = bytes(text.substring((int) before.place().bytes()));
    var behind = new JsonLines(new ByteArrayInputStream(rest), 99, LongLines.ANY, before.place());

    assertThat(behind.end()).isEqualTo(before.end());
    assertThat(behind.next()).isTrue();
    assertThat(behind.number()).isEqualTo(3);
    assertThat(behind.line().utf8()).isEqualTo("three");
    assertThat(behind.offset()).isEqualTo(text.indexOf("three"));
    assertThat(behind.end()).isEqualTo(text.indexOf("four"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Gives 1 to {@code most} bytes a read. */
  private static final class Trickle extends FilterInputStream {
    private final Random random;
    private final int most;

    Trickle(String text, Random random, int most) {
      super(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
      this.random = random;
      this.most = most;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      return super.read(buffer, offset, Math.min(count, 1 + random.nextInt(most)));
    }
  }
}
