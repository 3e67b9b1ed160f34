package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
  @Test
  void acceptsEveryCharacterAndRefusesTheSurrogates() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      boolean isSurrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      if (!isSurrogate) {
        byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.firstInvalid(Bytes.of(bytes))).isEqualTo(-1);
      }
    }
    assertThat(firstInvalid(0xED, 0xA0, 0x80)).isZero();
    assertThat(firstInvalid('a', 0xED, 0xBF, 0xBF)).isEqualTo(1);
  }

  @Test
  void refusesOverlongFormsAndWhatLiesAboveUnicode() {
    assertThat(firstInvalid(0xC0, 0xAF)).isZero();
    assertThat(firstInvalid(0xC1, 0xBF)).isZero();
    assertThat(firstInvalid(0xE0, 0x9F, 0xBF)).isZero();
    assertThat(firstInvalid(0xF0, 0x8F, 0xBF, 0xBF)).isZero();
    assertThat(firstInvalid(0xF4, 0x90, 0x80, 0x80)).isZero();
    assertThat(firstInvalid(0xF5, 0x80, 0x80, 0x80)).isZero();
    assertThat(firstInvalid(0x80)).isZero();
  }

  @Test
  void refusesACharacterCutOffAtTheEnd() {
    assertThat(firstInvalid('a', 0xC3)).isEqualTo(1);
    assertThat(firstInvalid('a', 0xE2, 0x80)).isEqualTo(1);
    assertThat(firstInvalid('a', 0xF0, 0x9F, 0x92)).isEqualTo(1);
  }

  @Test
  void looksAtItsOwnBytesOnly() {
    byte[] array = {(byte) 0xFF, 'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF};

    assertThat(Utf8.firstInvalid(new Bytes(array, 1, 3))).isEqualTo(-1);
    assertThat(Utf8.firstInvalid(new Bytes(array, 1, 2))).isEqualTo(1);
    assertThat(Utf8.firstInvalid(new Bytes(array, 1, 4))).isEqualTo(3);
  }

  @Test
  void agreesWithTheStrictDecoderOfTheJdk() {
    long seed = new Random().nextLong();
    System.out.println("Utf8Test seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = randomBytes(random);

      assertThat(Utf8.firstInvalid(Bytes.of(bytes)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(byTheJdk(bytes));
    }
  }

  /** Mostly valid, so that the interesting byte is not always the first. */
  private static byte[] randomBytes(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      int bits = 7 + random.nextInt(14);
      int point = random.nextInt(Math.min(1 << bits, Character.MAX_CODE_POINT + 1));
      text.appendCodePoint(point >= 0xD800 && point <= 0xDFFF ? 'x' : point);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    for (int i = random.nextInt(3); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static int byTheJdk(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    var in = ByteBuffer.wrap(bytes);
    CoderResult result = decoder.decode(in, CharBuffer.allocate(bytes.length + 1), true);
    return result.isError() ? in.position() : -1;
  }

  private static int firstInvalid(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Utf8.firstInvalid(Bytes.of(bytes));
  }
}
