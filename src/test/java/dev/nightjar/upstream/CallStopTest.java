package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static dev.nightjar.upstream.Sending.upstream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.testing.ScriptedServer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CallStopTest {
  private static final UpstreamResult ABORTED = new UpstreamResult.Aborted();
  private static final UpstreamResult TIMED_OUT = new UpstreamResult.TimedOut();
  private static final UpstreamResult ANSWERED = new UpstreamResult.Answered(200, null, null);

  private final CollectingSink sink = new CollectingSink(1 << 20);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Takes a request, sends what is given, and is then silent until the client closes. */
  private ScriptedServer silentAfter(String beginning) throws Exception {
    return playing(peer -> {
      var _ = peer.readByte();
      peer.send(beginning);
      arrived.countDown();
      peer.awaitClose();
      closed.countDown();
    });
  }

  @Test
  void callAbortedBeforeItBeginsIsNotSent() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var call = upstream.newCall(request("{}"));
      call.abort();

      assertThat(call.execute(sink)).isEqualTo(ABORTED);
      assertThat(server.connections()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\n\r\n{"})
  void abortEndsACallThatWaits(String beginning) throws Exception {
    try (var server = silentAfter(beginning);
        var upstream = upstream(server);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call = upstream.newCall(request("{}"));
      var result = threads.submit(() -> call.execute(sink));
      arrived.await();

      call.abort();

      assertThat(result.get()).isEqualTo(ABORTED);
      closed.await();
    }
  }

  @Test
  void abortEndsATlsHandshake() throws Exception {
    try (var server = silentAfter("");
        var upstream =
            Sending.upstream(new UpstreamTarget("mute", server.url("https", ""), null, 1));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call = upstream.newCall(request("{}"));
      var result = threads.submit(() -> call.execute(sink));
      arrived.await();

      call.abort();

      assertThat(result.get()).isEqualTo(ABORTED);
      closed.await();
    }
  }

  @Test
  void abortEndsACallThatCannotSend() throws Exception {
    var sending = new CountDownLatch(1);
    var body =
        Bodies.of(
            1L << 30,
            out -> {
              for (var i = 0; i < 1 << 14; i++) {
                out.write(new byte[1 << 16]);
                sending.countDown();
              }
            });
    var held = new CountDownLatch(1);
    try (var server = playing(_ -> held.await());
        var upstream = upstream(server);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call = upstream.newCall(request(body));
      var result = threads.submit(() -> call.execute(sink));
      sending.await();

      call.abort();

      assertThat(result.get()).isEqualTo(ABORTED);
      held.countDown();
    }
  }

  @Test
  void abortAfterTheAnswerHarmsNobody() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var call = upstream.newCall(request("{}"));
      assertThat(call.execute(sink)).isEqualTo(ANSWERED);
      call.abort();

      assertThat(upstream.newCall(request("{}")).execute(sink)).isEqualTo(ANSWERED);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  @Tag("server")
  void abortAtAnyMomentEndsThatCallAndNoOther() throws Exception {
    var seed = System.nanoTime();
    var random = new Random(seed);
    try (var server = playing(always(OK));
        var upstream = upstream(server);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 5_000; i++) {
        var call = upstream.newCall(request("{}"));
        var bystander = upstream.newCall(request("{}"));
        var stopped = threads.submit(() -> call.execute(new CollectingSink(100)));
        var answered = threads.submit(() -> bystander.execute(new CollectingSink(100)));
        for (var pause = random.nextInt(3_000); pause > 0; pause--) {
          Thread.onSpinWait();
        }
        call.abort();

        assertThat(stopped.get()).as("seed %d", seed).isIn(ABORTED, ANSWERED);
        assertThat(answered.get()).as("seed %d", seed).isEqualTo(ANSWERED);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\n\r\n{"})
  void callThatTakesTooLongTimesOut(String beginning) throws Exception {
    try (var server = silentAfter(beginning);
        var upstream = upstream(server)) {
      var call = upstream.newCall(request(Bodies.of("{}"), Duration.ofSeconds(1)));

      assertThat(call.execute(sink)).isEqualTo(TIMED_OUT);
      closed.await();
    }
  }

  @Test
  void callThatDribblesTimesOut() throws Exception {
    var over = new AtomicBoolean();
    try (var server =
            playing(peer -> {
              var _ = peer.readRequest();
              peer.send("HTTP/1.1 200 OK\r\n\r\n");
              while (!over.get()) {
                peer.send("x");
              }
            });
        var upstream = upstream(server)) {
      var call = upstream.newCall(request(Bodies.of("{}"), Duration.ofMillis(200)));

      assertThat(call.execute(new CollectingSink(Integer.MAX_VALUE))).isEqualTo(TIMED_OUT);
      over.set(true);
    }
  }

  @Test
  void nothingIsLeftOfACallThatHasEnded() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var _ = upstream.newCall(request("{}")).execute(sink);

      assertThat(upstream.running().size()).isZero();
    }
  }

  @Test
  void interruptEndsACallAndIsKept() throws Exception {
    var result = new AtomicReference<UpstreamResult>();
    var flag = new AtomicBoolean();
    try (var server = silentAfter("");
        var upstream = upstream(server)) {
      var thread =
          Thread.startVirtualThread(() -> {
            result.set(upstream.newCall(request("{}")).execute(sink));
            flag.set(Thread.currentThread().isInterrupted());
          });
      arrived.await();

      thread.interrupt();
      thread.join();

      assertThat(result.get()).isEqualTo(ABORTED);
      assertThat(flag).isTrue();
    }
  }

  @Test
  void closeEndsCallsInFlightAndLaterOnes() throws Exception {
    try (var server = silentAfter("");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var upstream = upstream(server);
      var result = threads.submit(() -> upstream.newCall(request("{}")).execute(sink));
      arrived.await();

      upstream.close();

      assertThat(result.get()).isEqualTo(ABORTED);
      assertThat(upstream.newCall(request("{}")).execute(sink)).isEqualTo(ABORTED);
    }
  }

  @Test
  void callIsExecutedOnce() throws Exception {
    try (var server = playing(always(OK));
        var upstream = upstream(server)) {
      var call = upstream.newCall(request("{}"));
      var _ = call.execute(sink);

      assertThatThrownBy(() -> call.execute(sink)).isInstanceOf(IllegalStateException.class);
    }
  }
}
