package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.ScriptedServer.Script;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {
  private final CollectingSink sink = new CollectingSink(1 << 20);

  @Test
  void answerGivenWhileTheBodyIsStillSentCounts() throws Exception {
    for (var i = 0; i < 20; i++) {
      var result =
          resultOfLargeRequest(peer -> {
            var _ = peer.readHead();
            peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
          });

      assertThat(result).isEqualTo(new UpstreamResult.Answered(413, null, null));
    }
  }

  private UpstreamResult resultOfLargeRequest(Script script) throws IOException {
    try (var server = playing(script);
        var upstream = upstream(server)) {
      return upstream.newCall(request("x".repeat(5_000_000))).execute(sink);
    }
  }

  @Test
  void largeBodyArrivesUnchanged() throws Exception {
    var body = "{\"text\":\"ü€😀\u2028\"}".repeat(250_000);
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var _ = upstream.newCall(request(body)).execute(sink);

      assertThat(server.received().getFirst().body().equals(body)).isTrue();
    }
  }

  @Test
  void bodyIsSentWhileItIsStillRead() throws Exception {
    var arrived = new CountDownLatch(1);
    var body =
        Bodies.of(
            100_001,
            out -> {
              out.write(new byte[100_000]);
              await(arrived);
              out.write('x');
            });
    try (var server =
            playing(peer -> {
              var _ = peer.readHead();
              for (var i = 0; i < 90_000; i++) {
                var _ = peer.readByte();
              }
              arrived.countDown();
              peer.send(OK);
              peer.awaitClose();
            });
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request(body)).execute(sink))
          .isEqualTo(new UpstreamResult.Answered(200, null, null));
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void bodyThatCannotBeReadIsOurFault() throws Exception {
    var body =
        Bodies.of(
            10,
            _ -> {
              throw new IOException("disk on fire");
            });
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      assertThat(upstream.newCall(request(body)).execute(sink))
          .isEqualTo(new UpstreamResult.LocalFault("cannot read the request body: disk on fire"));
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isInstanceOf(UpstreamResult.Answered.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void bodyOfAnotherLengthThanPromisedIsOurFault(int length) throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var body = Bodies.of(2, out -> out.write(new byte[length]));

      assertThat(upstream.newCall(request(body)).execute(sink))
          .isEqualTo(
              new UpstreamResult.LocalFault(
                  "the request body has %d bytes instead of 2".formatted(length)));
    }
  }
}
