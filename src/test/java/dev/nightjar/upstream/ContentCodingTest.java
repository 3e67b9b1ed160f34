package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("H1")
class ContentCodingTest {
  private static final String TEXT = "{\"text\":\"grün\"}";
  private static final UpstreamResult ANSWERED = new UpstreamResult.Answered(200, null, null);
  private static final int LINES = 40_000;
  private static final int PIECE = 100;

  private final CollectingSink sink = new CollectingSink(1 << 20);

  /** Of as many calls, all answered so, on one connection if the answers leave it whole. */
  private UpstreamResult result(int calls, byte[] answer) throws IOException {
    try (var server =
            playing(peer -> {
              for (int i = 0; i < calls; i++) {
                var _ = peer.readRequest();
                peer.send(answer);
              }
              peer.awaitClose();
            });
        var upstream = upstream(server)) {
      UpstreamResult last = ANSWERED;
      for (int i = 0; i < calls && last.equals(ANSWERED); i++) {
        sink.restart();
        last = upstream.newCall(request("{}")).execute(sink);
      }
      assertThat(server.connections()).isEqualTo(1);
      return last;
    }
  }

  private static byte[] whole(String coding, byte[] body) {
    return answer("Content-Encoding: %s\r\nContent-Length: %d", body.length, coding, body);
  }

  private static byte[] answer(String headers, int length, String coding, byte[] body) {
    var answer = new ByteArrayOutputStream();
    String head = "HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n";
    answer.writeBytes(head.formatted(coding, length).getBytes(ISO_8859_1));
    answer.writeBytes(body);
    return answer.toByteArray();
  }

  private static byte[] chunked(byte[] body) {
    var chunks = new ByteArrayOutputStream();
    for (int i = 0; i < body.length; i += PIECE) {
      int size = Math.min(PIECE, body.length - i);
      chunks.writeBytes("%x\r\n".formatted(size).getBytes(ISO_8859_1));
      chunks.write(body, i, size);
      chunks.writeBytes("\r\n".getBytes(ISO_8859_1));
    }
    chunks.writeBytes("0\r\nServer-Timing: t\r\nX-Sum: 1\r\n\r\n".getBytes(ISO_8859_1));
    return answer(
        "Content-Encoding: %s\r\nTransfer-Encoding: chunked", 0, "gzip", chunks.toByteArray());
  }

  private static byte[] gzip(String text) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", " GZip "})
  void compressedAnswerIsReadAndItsConnectionUsedAgain(String coding) throws IOException {
    assertThat(result(3, whole(coding, gzip(TEXT)))).isEqualTo(ANSWERED);
    assertThat(sink.text()).isEqualTo(TEXT);
  }

  @Test
  void compressedChunksWithTrailersAreRead() throws IOException {
    String text = "0123456789\n".repeat(LINES);

    assertThat(result(3, chunked(gzip(text)))).isEqualTo(ANSWERED);
    assertThat(sink.text()).isEqualTo(text);
    assertThat(result(3, chunked(gzip(TEXT)))).isEqualTo(ANSWERED);
    assertThat(sink.text()).isEqualTo(TEXT);
  }

  @Test
  void answerThatIsNotCompressedIsLeftAlone() throws IOException {
    assertThat(result(2, whole("identity", TEXT.getBytes(UTF_8)))).isEqualTo(ANSWERED);
    assertThat(sink.text()).isEqualTo(TEXT);
    assertThat(result(2, whole("gzip", new byte[0]))).isEqualTo(ANSWERED);
    assertThat(sink.text()).isEmpty();
  }

  @Test
  void whatItComesToIsBounded() throws IOException {
    assertThat(result(1, whole("gzip", gzip(" ".repeat(2 << 20)))))
        .isEqualTo(new UpstreamResult.TooLarge());
    assertThat(sink.largestPiece()).isLessThanOrEqualTo(16 * 1024);
  }

  @Test
  void brokenCompressionIsSaid() throws IOException {
    byte[] good = gzip(TEXT.repeat(100));
    byte[] cut = Arrays.copyOf(good, good.length - 9);
    byte[] flipped = good.clone();
    flipped[good.length - 6] ^= 1;
    var broken =
        new UpstreamResult.Broken("scripted sent an answer that is said to be gzip, and is not");

    assertThat(result(1, whole("gzip", TEXT.getBytes(UTF_8)))).isEqualTo(broken);
    assertThat(result(1, whole("gzip", new byte[] {0x1f}))).isEqualTo(broken);
    assertThat(result(1, whole("gzip", cut))).isEqualTo(broken);
    assertThat(result(1, whole("gzip", flipped))).isEqualTo(broken);
    assertThat(result(1, whole("gzip", Arrays.copyOf(good, 1 << 20))))
        .isEqualTo(
            new UpstreamResult.Broken(
                "scripted sent an answer that goes on behind its compressed bytes"));
  }

  @Test
  void otherCodingsAreNamed() throws IOException {
    assertThat(result(1, whole("br", new byte[] {1, 2, 3})))
        .isEqualTo(
            new UpstreamResult.Broken(
                "scripted sent an answer with the Content-Encoding 'br', which nobody asked for"));
  }
}
