package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Script;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUpstreamTest {
  private final CollectingSink sink = new CollectingSink(1 << 20);

  /** What comes of one call to a server that plays the script. */
  private UpstreamResult resultOf(Script script) throws IOException {
    try (var server = playing(script);
        var upstream = upstream(server)) {
      return upstream.newCall(request("{}")).execute(sink);
    }
  }

  private UpstreamResult resultOfAnswer(String answer) throws IOException {
    return resultOf(peer -> {
      var _ = peer.readRequest();
      peer.send(answer);
    });
  }

  @Test
  void requestIsSentExactlySo() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var _ = upstream.newCall(request("{\"model\":\"m\"}")).execute(sink);

      var port = server.url("http", "").getPort();
      var sent = server.received().getFirst();
      assertThat(sent.head())
          .isEqualTo(
              """
              POST /v1/chat/completions HTTP/1.1\r
              Host: 127.0.0.1:%d\r
              User-Agent: nightjar/dev\r
              Accept: application/json\r
              Accept-Encoding: identity\r
              Authorization: Bearer sk-test\r
              Content-Type: application/json\r
              Content-Length: 13\r
              X-Request-Id: batch_1-7\r
              Idempotency-Key: batch_1-7\r
              \r
              """
                  .formatted(port));
      assertThat(sent.body()).isEqualTo("{\"model\":\"m\"}");
    }
  }

  @Test
  void withoutKeyNothingIsAuthorized() throws Exception {
    try (var server = playing(always(OK));
        var upstream =
            Sending.upstream(new UpstreamTarget("open", server.url("http", "/v1/"), null, 1))) {
      var _ = upstream.newCall(request("{}")).execute(sink);

      assertThat(server.received().getFirst().head())
          .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
          .doesNotContainIgnoringCase("authorization");
    }
  }

  @Test
  void answerIsReadToItsEnd() throws Exception {
    var result =
        resultOfAnswer(
            "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nX-Request-ID: req_9\r\n\r\n{\"text\":\"é\"}\n");

    assertThat(result).isEqualTo(new UpstreamResult.Answered(200, "req_9", null));
    assertThat(sink.text()).isEqualTo("{\"text\":\"é\"}\n");
  }

  @Test
  void chunkedAnswerIsPutTogether() throws Exception {
    var result =
        resultOfAnswer(
            """
            HTTP/1.1 200 OK\r
            Transfer-Encoding: chunked\r
            \r
            4;x=y\r
            {"a"\r
            3\r
            :1}\r
            0\r
            Trailer: t\r
            \r
            """);

    assertThat(result).isEqualTo(new UpstreamResult.Answered(200, null, null));
    assertThat(sink.text()).isEqualTo("{\"a\":1}");
  }

  @Test
  void interimAnswersArePassedOver() throws Exception {
    var result =
        resultOfAnswer(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK);

    assertThat(result).isEqualTo(new UpstreamResult.Answered(200, null, null));
    assertThat(sink.text()).isEqualTo("{}");
  }

  @Test
  void endlessInterimAnswersAreBroken() throws Exception {
    var result =
        resultOf(peer -> {
          var _ = peer.readRequest();
          while (true) {
            peer.send("HTTP/1.1 102 Processing\r\n\r\n");
          }
        });

    assertThat(result).isInstanceOf(UpstreamResult.Broken.class);
  }

  @Test
  void answerOfHttp10EndsWithItsConnection() throws Exception {
    var result = resultOfAnswer("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}");

    assertThat(result).isEqualTo(new UpstreamResult.Answered(200, null, null));
    assertThat(sink.text()).isEqualTo("{}");
  }

  @Test
  void answerWithoutBodyIsAnAnswer() throws Exception {
    assertThat(resultOfAnswer("HTTP/1.1 204 No Content\r\n\r\n"))
        .isEqualTo(new UpstreamResult.Answered(204, null, null));
  }

  @Test
  void refusalTellsHowLongToWait() throws Exception {
    assertThat(
            resultOfAnswer(
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"))
        .isEqualTo(new UpstreamResult.Answered(429, null, Duration.ofSeconds(7)));
  }

  @Test
  void redirectIsNotFollowed() throws Exception {
    assertThat(
            resultOfAnswer(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"))
        .isEqualTo(new UpstreamResult.Answered(307, null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nDate: today\r\n",
        "",
      })
  void answerCutShortIsBroken(String answer) throws Exception {
    assertThat(resultOfAnswer(answer)).isInstanceOf(UpstreamResult.Broken.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\u0000\u0001\u0002 no line end",
        "\r\n\r\n\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "{}\n",
      })
  void whatIsNotHttpIsBroken(String answer) throws Exception {
    assertThat(resultOfAnswer(answer)).isInstanceOf(UpstreamResult.Broken.class);
  }

  @ParameterizedTest
  @CsvSource({"1,100000", "100000,1"})
  void headTooLargeIsBroken(int lines, int length) throws Exception {
    var head = ("x: " + "y".repeat(length) + "\r\n").repeat(lines);

    assertThat(resultOfAnswer("HTTP/1.1 200 OK\r\n" + head + "\r\n"))
        .isInstanceOfSatisfying(
            UpstreamResult.Broken.class, b -> assertThat(b.reason()).contains("head is too large"));
  }

  @Test
  void resetInsteadOfAnAnswerIsBroken() throws Exception {
    var result =
        resultOf(peer -> {
          var _ = peer.readRequest();
          peer.reset();
        });

    assertThat(result).isInstanceOf(UpstreamResult.Broken.class);
    assertThat(sink.restarts()).isZero();
  }

  @Test
  void answerLargerThanAllowedIsTooLargeAndClosed() throws Exception {
    var closed = new CountDownLatch(1);
    try (var server =
            playing(peer -> {
              var _ = peer.readRequest();
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "x".repeat(50));
              peer.awaitClose();
              closed.countDown();
            });
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request("{}")).execute(new CollectingSink(20)))
          .isEqualTo(new UpstreamResult.TooLarge());
      closed.await();
    }
  }

  @Test
  void largeAnswerComesInSmallPieces() throws Exception {
    var text = "x".repeat(500_000);

    var result = resultOfAnswer("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + text);

    assertThat(result).isEqualTo(new UpstreamResult.Answered(200, null, null));
    assertThat(sink.text()).isEqualTo(text);
    assertThat(sink.largestPiece()).isBetween(1, 16 * 1024);
  }

  @Test
  void answerThatCannotBeKeptIsOurFault() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request("{}")).execute(new FullDisk()))
          .isEqualTo(new UpstreamResult.LocalFault("cannot keep the answer: disk full"));
    }
  }

  private static final class FullDisk implements Upstream.Sink {
    @Override
    public void restart() {}

    @Override
    public boolean accept(byte[] buffer, int offset, int count) throws IOException {
      throw new IOException("disk full");
    }
  }

  @Test
  void refusedConnectionIsUnreachable() throws Exception {
    try (var nobody = new DeadPort();
        var upstream =
            Sending.upstream(new UpstreamTarget("gone", URI.create(nobody.url()), null, 1))) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Unreachable("cannot connect to gone: connection refused"));
    }
  }

  @Test
  @Tag("server")
  void unknownHostIsUnreachable() {
    var url = URI.create("http://nightjar.invalid/v1");
    try (var upstream = Sending.upstream(new UpstreamTarget("gone", url, null, 1))) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Unreachable("cannot connect to gone: unknown host"));
    }
  }

  @Test
  @Tag("server")
  void manyCallsAtOnceAreAllAnswered() throws Exception {
    try (var server = ScriptedServer.playing(always(OK));
        var upstream =
            Sending.upstream(new UpstreamTarget("busy", server.url("http", "/v1"), null, 300));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<UpstreamResult>> results = new ArrayList<>();
      for (var i = 0; i < 3_000; i++) {
        results.add(
            threads.submit(() -> upstream.newCall(request("{}")).execute(new CollectingSink(100))));
      }

      for (var result : results) {
        assertThat(result.get()).isEqualTo(new UpstreamResult.Answered(200, null, null));
      }
      assertThat(server.received()).hasSize(3_000);
    }
  }
}
