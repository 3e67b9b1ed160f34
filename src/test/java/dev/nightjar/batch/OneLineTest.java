package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OneLineTest {
  @Test
  void newlinesBetweenTokensBecomeSpaces() {
    assertThat(of("{\r\n\"a\":\n[1,\r2]\n}")).isEqualTo("{  \"a\": [1, 2] }");
  }

  @Test
  void separatorsThatPythonSplitsAtBecomeEscapes() {
    assertThat(of("\"a\u0085b\u2028c\u2029d\"")).isEqualTo("\"a\\u0085b\\u2028c\\u2029d\"");
  }

  @Test
  void otherCharactersWithTheSameFirstBytesStay() {
    String text = "\"\u0080\u0084\u0086\u00bf\u2000\u2027\u202a\u203f\u2040\u2fff\u20ac\"";

    assertThat(of(text)).isEqualTo(text);
  }

  @Test
  void separatorsAreFoundOneAfterTheOther() {
    assertThat(of("\"\u2028\u2028\u0085\u0085\u2027\u2029\u00a0\u0085\""))
        .isEqualTo("\"\\u2028\\u2028\\u0085\\u0085\u2027\\u2029\u00a0\\u0085\"");
  }

  @Test
  void bytesThatNeedNoChangeAreNotCopied() {
    Bytes json = Bytes.utf8("{\"a\":\"ü 💥 日本\"}");

    assertThat(OneLine.of(json)).isSameAs(json);
  }

  @Test
  void looksAtItsOwnBytesOnly() {
    Bytes all = Bytes.utf8("\n\"a\n\u2028\"\n");

    assertThat(OneLine.of(all.slice(1, all.length() - 2)).utf8()).isEqualTo("\"a \\u2028\"");
  }

  @Test
  void separatorsMayBeSplitAcrossWrites() throws IOException {
    byte[] json = "{\"a\u0085\":\n\"\u2028\u2029\u2027é\"}".getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= json.length; cut++) {
      for (int second = cut; second <= json.length; second++) {
        var out = new ByteArrayOutputStream();
        var line = new OneLine(out);
        line.write(json, 0, cut);
        line.write(json, cut, second - cut);
        line.write(json, second, json.length - second);

        assertThat(out.toString(StandardCharsets.UTF_8))
            .isEqualTo("{\"a\\u0085\": \"\\u2028\\u2029\u2027é\"}");
      }
    }
  }

  @Test
  void equalsANaiveReplacementHoweverItIsWritten() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("OneLineTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      String json = randomJson(random);
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      var out = new ByteArrayOutputStream();
      var line = new OneLine(out);
      for (int i = 0; i < bytes.length; ) {
        int count = random.nextInt(4);
        if (count == 0) {
          line.write(bytes[i++]);
        } else {
          int n = Math.min(random.nextInt(1 << (count * 2)), bytes.length - i);
          line.write(bytes, i, n);
          i += n;
        }
      }

      String what = "seed " + seed + ", round " + round;
      assertThat(out.toString(StandardCharsets.UTF_8)).as(what).isEqualTo(naive(json));
      assertThat(of(json)).as(what).isEqualTo(naive(json));
    }
  }

  private static String randomJson(Random random) {
    var json = new StringBuilder("\"");
    for (int i = random.nextInt(40); i > 0; i--) {
      switch (random.nextInt(5)) {
        case 0 -> json.appendCodePoint(0x2000 + random.nextInt(0x80));
        case 1 -> json.appendCodePoint(0x80 + random.nextInt(0x40));
        case 2 -> json.appendCodePoint(0x10000 + random.nextInt(0x1000));
        case 3 -> json.append("\r\n\u0085\u2028\u2029".charAt(random.nextInt(5)));
        default -> json.append((char) ('a' + random.nextInt(26)));
      }
    }
    return json.append('"').toString();
  }

  private static String naive(String json) {
    return json.replace('\n', ' ')
        .replace('\r', ' ')
        .replace("\u0085", "\\u0085")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static String of(String json) {
    return OneLine.of(Bytes.utf8(json)).utf8();
  }
}
