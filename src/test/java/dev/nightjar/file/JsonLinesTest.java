package dev.nightjar.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  @Test
  void linesEndAtNewlinesAndTheLastNeedsNone() throws IOException {
    assertThat(read("a\nbb\r\n\nlast")).containsExactly("1@0:a", "2@2:bb", "3@6:", "4@7:last");
    assertThat(read("a\n")).containsExactly("1@0:a");
    assertThat(read("")).isEmpty();
  }

  @Test
  void lineOverTheLimitIsToldAndTheNextOnesAreRight() throws IOException {
    var lines = new JsonLines(stream("ok\n" + "x".repeat(1_000_000) + "\nafter\n"), 10);

    assertThat(lines.next()).isTrue();
    assertThat(lines.isTooLong()).isFalse();
    assertThat(lines.next()).isTrue();
    assertThat(lines.isTooLong()).isTrue();
    assertThat(lines.next()).isTrue();
    assertThat(lines.line().utf8()).isEqualTo("after");
    assertThat(lines.number()).isEqualTo(3);
    assertThat(lines.offset()).isEqualTo(1_000_004);
    assertThat(lines.next()).isFalse();
  }

  @Test
  void linesAreTheSameHoweverTheStreamIsCut() throws IOException {
    long seed = System.nanoTime();
    System.err.println("seed " + seed);
    var random = new SplittableRandom(seed);
    var text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      text.append("y".repeat(random.nextInt(5_000))).append(random.nextInt(5) == 0 ? "\r\n" : "\n");
    }
    List<String> whole = read(text.toString());
    InputStream trickle =
        new InputStream() {
          private final InputStream in = stream(text.toString());

          @Override
          public int read() throws IOException {
            return in.read();
          }

          @Override
          public int read(byte[] buffer, int offset, int count) throws IOException {
            return in.read(buffer, offset, Math.min(count, 1 + random.nextInt(3_000)));
          }
        };

    assertThat(read(new JsonLines(trickle, 1 << 20))).isEqualTo(whole).hasSize(300);
  }

  private static List<String> read(String text) throws IOException {
    return read(new JsonLines(stream(text), 1 << 20));
  }

  private static List<String> read(JsonLines lines) throws IOException {
    var found = new ArrayList<String>();
    while (lines.next()) {
      found.add(lines.number() + "@" + lines.offset() + ":" + lines.line().utf8());
    }
    return found;
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
