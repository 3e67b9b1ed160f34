package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.ScriptedServer.Script;
import java.io.IOException;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionReuseTest {
  private static final UpstreamResult ANSWERED = new UpstreamResult.Answered(200, null, null);

  private static final Script ANSWER_THEN_CLOSE =
      peer -> {
        var _ = peer.readRequest();
        peer.send(OK);
      };

  private static final Script ANSWER_THEN_READ_AND_CLOSE =
      peer -> {
        var _ = peer.readRequest();
        peer.send(OK);
        var _ = peer.readRequest();
      };

  private static final Script ANSWER_THEN_READ_AND_RESET =
      peer -> {
        ANSWER_THEN_READ_AND_CLOSE.play(peer);
        peer.reset();
      };

  private final CollectingSink sink = new CollectingSink(1 << 20);

  private UpstreamResult send(Upstream upstream) {
    return upstream.newCall(request("{}")).execute(sink);
  }

  @Test
  void connectionIsUsedAgain() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      for (var i = 0; i < 5; i++) {
        assertThat(send(upstream)).isEqualTo(ANSWERED);
      }

      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
      })
  void connectionIsNotUsedAgainWhenTheServerWillCloseIt(String answer) throws Exception {
    try (var server = playing(always(answer));
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(send(upstream)).isEqualTo(ANSWERED);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(sink.restarts()).isZero();
    }
  }

  @Test
  void requestOnAConnectionClosedMeanwhileIsSentAgain() throws Exception {
    try (var server = playing(ANSWER_THEN_CLOSE, always(OK));
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(send(upstream)).isEqualTo(ANSWERED);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(sink.restarts()).isEqualTo(1);
    }
  }

  @Test
  void largeRequestOnAConnectionClosedMeanwhileIsSentAgain() throws Exception {
    var body = "y".repeat(3_000_000);
    try (var server = playing(ANSWER_THEN_CLOSE, always(OK));
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(upstream.newCall(request(body)).execute(sink)).isEqualTo(ANSWERED);

      assertThat(server.received().getLast().body().equals(body)).isTrue();
    }
  }

  @Test
  void requestIsSentAgainAfterAClosing() throws Exception {
    sentAgainAfter(ANSWER_THEN_READ_AND_CLOSE);
  }

  @Test
  void requestIsSentAgainAfterAReset() throws Exception {
    sentAgainAfter(ANSWER_THEN_READ_AND_RESET);
  }

  private void sentAgainAfter(Script stale) throws IOException {
    try (var server = playing(stale, always(OK));
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(send(upstream)).isEqualTo(ANSWERED);

      assertThat(server.received()).hasSize(3);
      assertThat(sink.restarts()).isEqualTo(1);
    }
  }

  @Test
  void requestIsSentAgainOnlyOnce() throws Exception {
    try (var server =
            playing(
                ANSWER_THEN_READ_AND_CLOSE,
                peer -> {
                  var _ = peer.readRequest();
                });
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(send(upstream)).isInstanceOf(UpstreamResult.Broken.class);

      assertThat(server.received()).hasSize(3);
    }
  }

  @Test
  void requestIsSentAgainOnAFreshConnectionEvenIfOthersAreIdle() throws Exception {
    var bothInFlight = new CyclicBarrier(2);
    Script stale =
        peer -> {
          var _ = peer.readRequest();
          meet(bothInFlight);
          peer.send(OK);
          var _ = peer.readRequest();
        };
    try (var server = playing(stale, stale, always(OK));
        var upstream = upstream(server);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> upstream.newCall(request("{}")).execute(sink));
      var second =
          threads.submit(() -> upstream.newCall(request("{}")).execute(new CollectingSink(9)));
      assertThat(first.get()).isEqualTo(ANSWERED);
      assertThat(second.get()).isEqualTo(ANSWERED);

      assertThat(send(upstream)).isEqualTo(ANSWERED);

      assertThat(server.connections()).isEqualTo(3);
      assertThat(sink.restarts()).isEqualTo(1);
    }
  }

  private static void meet(CyclicBarrier barrier) throws IOException, InterruptedException {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException e) {
      throw new IOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"})
  void requestIsNotSentAgainOnceAnAnswerHasBegun(String beginning) throws Exception {
    try (var server =
            playing(
                peer -> {
                  ANSWER_THEN_READ_AND_CLOSE.play(peer);
                  peer.send(beginning);
                },
                always(OK));
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      assertThat(send(upstream)).isInstanceOf(UpstreamResult.Broken.class);

      assertThat(server.received()).hasSize(2);
      assertThat(sink.restarts()).isZero();
    }
  }

  @Test
  @Tag("server")
  void idleConnectionIsClosedAfterThreeSeconds() throws Exception {
    var closed = new CountDownLatch(1);
    try (var server =
            playing(peer -> {
              ANSWER_THEN_CLOSE.play(peer);
              peer.awaitClose();
              closed.countDown();
            });
        var upstream = upstream(server)) {
      assertThat(send(upstream)).isEqualTo(ANSWERED);
      var answered = System.nanoTime();

      assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - answered).isBetween(2_500_000_000L, 4_900_000_000L);
    }
  }
}
