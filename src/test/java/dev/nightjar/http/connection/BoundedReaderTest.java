package dev.nightjar.http.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.RequestException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Read as Helidon reads a chunked body: a size line, the bytes, the line end. */
@Tag("K1")
class BoundedReaderTest {
  private static final int READ_BYTES = 8 * 1024;

  @Test
  void noPieceIsLongerThanWhatCameAtOnceHoweverLongTheChunk() {
    byte[] read = Arrays.copyOf("F00000\r\n".getBytes(ISO_8859_1), READ_BYTES);
    var reader = new BoundedReader(() -> read.clone());
    long bytes = 0;

    for (int piece = 0; piece < 1_000; piece++) {
      int size = Integer.parseInt(reader.readLine(), 16);
      assertThat(size).isPositive().isLessThanOrEqualTo(READ_BYTES);
      reader.readBuffer(size);
      reader.skip(2);
      bytes += size;
    }

    assertThat(bytes).isGreaterThan(1_000L * READ_BYTES / 2);
  }

  @Test
  void chunksCutAnyhowAreReadWhole() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      byte[] body = new byte[random.nextInt(60_000)];
      random.nextBytes(body);
      BoundedReader reader = reader(cut(chunked(body, random), random));

      assertThat(readChunked(reader)).as("seed %d, round %d", seed, round).isEqualTo(body);
      assertThat(reader.readBytes(4)).isEqualTo("next".getBytes(ISO_8859_1));
    }
  }

  @Test
  void whatIsNoSizeIsLeftToTheServer() {
    for (String line : new String[] {"zz", "-1", "0x5", "FFFFFFFF", "100000000", "5;x", ""}) {
      assertThat(reader(Stream.of((line + "\r\nbody").getBytes(ISO_8859_1))).readLine())
          .isEqualTo(line);
    }
  }

  @Test
  void aHeadHasABoundedNumberOfHeaders() {
    var reader = reader(Stream.of("a: b\r\n".repeat(200).getBytes(ISO_8859_1)));
    reader.setPlace(BoundedReader.Place.HEAD);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                reader.skip(reader.findNewLine(16_384) + 2);
              }
            })
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("more than 128 headers");
  }

  private static byte[] readChunked(BoundedReader reader) {
    var body = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(reader.readLine(), 16);
        size > 0;
        size = Integer.parseInt(reader.readLine(), 16)) {
      BufferData piece = reader.readBuffer(size);
      reader.skip(2);
      body.writeBytes(piece.readBytes());
    }
    assertThat(reader.readLine()).isEmpty();
    return body.toByteArray();
  }

  private static byte[] chunked(byte[] body, Random random) {
    var wire = new ByteArrayOutputStream();
    int from = 0;
    while (from < body.length) {
      int size = 1 + random.nextInt(Math.min(30_000, body.length - from));
      String zeros = "0".repeat(random.nextInt(3));
      wire.writeBytes("%s%x\r\n".formatted(zeros, size).getBytes(ISO_8859_1));
      wire.write(body, from, size);
      wire.writeBytes("\r\n".getBytes(ISO_8859_1));
      from += size;
    }
    wire.writeBytes("0\r\n\r\nnext".getBytes(ISO_8859_1));
    return wire.toByteArray();
  }

  private static Stream<byte[]> cut(byte[] wire, Random random) {
    var pieces = Stream.<byte[]>builder();
    for (int from = 0; from < wire.length; ) {
      int length = Math.min(wire.length - from, 1 + random.nextInt(READ_BYTES));
      pieces.add(Arrays.copyOfRange(wire, from, from + length));
      from += length;
    }
    return pieces.build();
  }

  private static BoundedReader reader(Stream<byte[]> source) {
    Iterator<byte[]> reads = source.iterator();
    return new BoundedReader(() -> reads.hasNext() ? reads.next() : null);
  }
}
