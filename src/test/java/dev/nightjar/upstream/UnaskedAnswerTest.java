package dev.nightjar.upstream;

import static dev.nightjar.upstream.Sending.NOW;
import static dev.nightjar.upstream.Sending.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Peer;
import dev.nightjar.testing.ScriptedServer.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a server sends without being asked, no call takes it for its answer. Each few calls are
 * by a client that has not met the server before: with {@code -Dunasked.clients=21} there are
 * 10,000.
 */
@Tag("F1")
@Tag("server")
class UnaskedAnswerTest {
  private static final int CLIENTS = Integer.getInteger("unasked.clients", 3);
  private static final int CALLS = 60;
  private static final int AT_ONCE = 10;
  private static final long ANSWER_NANOS = 15_000_000;

  /** So that it does not matter how busy this machine is. */
  private static final Connections.Rest REST =
      new Connections.Rest(Duration.ofMillis(40), Duration.ofMillis(40));

  private static final UpstreamResult ANSWERED = new UpstreamResult.Answered(200, null, null);

  /** What a server does besides answering. */
  enum Manner {
    /** In one piece with the answer. */
    TWICE {
      @Override
      void answer(Peer peer, String own, Random random) throws IOException {
        peer.send(random.nextInt(3) == 0 ? own + STRAY : own);
      }
    },
    SOON_AFTER {
      @Override
      void answer(Peer peer, String own, Random random) throws IOException {
        peer.send(own);
        if (random.nextInt(3) == 0) {
          peer.send(STRAY);
        }
      }
    },
    A_MOMENT_LATER {
      @Override
      void answer(Peer peer, String own, Random random) throws IOException {
        peer.send(own);
        if (random.nextInt(3) == 0) {
          LockSupport.parkNanos(random.nextInt(2_000_000));
          peer.send(STRAY);
        }
      }
    },
    /** As HAProxy says that it has waited for long enough. */
    TIRED_OF_WAITING {
      @Override
      void answer(Peer peer, String own, Random random) throws IOException {
        peer.send(own);
        LockSupport.parkNanos(random.nextInt(8_000_000));
        peer.send(
            """
            HTTP/1.0 408 Request Time-out
            Cache-Control: no-cache
            Connection: close
            Content-Type: text/html

            <html><body><h1>408 Request Time-out</h1></body></html>
            """);
        throw new IOException("closed");
      }
    };

    static final String STRAY = answerOf("200 OK", "{\"echo\":\"nobody's\"}");

    abstract void answer(Peer peer, String own, Random random) throws IOException;
  }

  private static String answerOf(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, body.length(), body);
  }

  private static Stream<Arguments> cases() {
    return Stream.of(Manner.values())
        .flatMap(manner -> Stream.of(Arguments.of(manner, false), Arguments.of(manner, true)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noCallTakesItForItsAnswer(Manner manner, boolean secure) throws Exception {
    SSLContext tls = Certificates.context(Certificates.make("EC", "ip:127.0.0.1"));
    long seed = new Random().nextLong();
    System.err.printf("%s, TLS %s: seed %d%n", manner, secure, seed);
    var connections = new AtomicInteger();
    Script script =
        peer -> {
          var random = new Random(seed + connections.getAndIncrement());
          while (true) {
            String own = answerOf("200 OK", peer.readRequest().body());
            LockSupport.parkNanos(ANSWER_NANOS);
            manner.answer(peer, own, random);
          }
        };
    var sockets = secure ? tls.getServerSocketFactory() : ServerSocketFactory.getDefault();
    var wrong = new ArrayList<String>();
    try (var server = ScriptedServer.playingOver(sockets, script)) {
      for (int client = 0; client < CLIENTS; client++) {
        wrong.addAll(calls(server, secure ? "https" : "http", tls.getSocketFactory(), client));
      }
    }

    assertThat(wrong).isEmpty();
  }

  /** What calls got that was not their own answer. */
  private static List<String> calls(
      ScriptedServer server, String scheme, SSLSocketFactory tls, int client) throws Exception {
    var target = new UpstreamTarget("scripted", server.url(scheme, ""), null, AT_ONCE);
    var wrong = new ArrayList<String>();
    try (var upstream = new HttpUpstream(target, InstantSource.fixed(NOW), tls, REST);
        var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      var calls = new ArrayList<Future<String>>();
      for (int i = 0; i < CALLS; i++) {
        String body = "{\"echo\":\"%d of %d\"}".formatted(i, client);
        calls.add(threads.submit(() -> stray(upstream, body)));
      }
      for (Future<String> call : calls) {
        if (!call.get().isEmpty()) {
          wrong.add(call.get());
        }
      }
    }
    return wrong;
  }

  /** Empty if it got its own answer. */
  private static String stray(Upstream upstream, String body) {
    var sink = new CollectingSink(1 << 20);
    UpstreamResult result = upstream.newCall(request(body)).execute(sink);
    boolean isOwn = result.equals(ANSWERED) && sink.text().equals(body);
    return isOwn ? "" : "%s got %s %s".formatted(body, result, sink.text());
  }

  /** The server speaks when it accepts; the last of the request leaves only after that. */
  @Test
  void answerBeforeTheFirstRequestIsNoAnswer() throws Exception {
    var spoken = new CountDownLatch(1);
    Script script =
        peer -> {
          peer.send(Manner.STRAY);
          spoken.countDown();
          peer.awaitClose();
        };
    try (var server = ScriptedServer.playing(script);
        var upstream = Sending.upstream(server)) {
      UpstreamResult result =
          upstream.newCall(request(bodyAfter(spoken))).execute(new CollectingSink(99));

      assertThat(result)
          .isEqualTo(new UpstreamResult.Broken("scripted sent an answer that nobody asked for"));
    }
  }

  /** It comes when the connection is in use already, and nothing more is asked on that one. */
  @Test
  void answerBeforeALaterRequestIsSentSendsItOnAFreshConnection() throws Exception {
    var isTaken = new CountDownLatch(1);
    var spoken = new CountDownLatch(1);
    Script stray =
        peer -> {
          var _ = peer.readRequest();
          peer.send(Sending.OK);
          isTaken.await();
          peer.send(Manner.STRAY);
          spoken.countDown();
          peer.awaitClose();
        };
    try (var server = ScriptedServer.playing(stray, ScriptedServer.always(Sending.OK));
        var upstream = Sending.upstream(server)) {
      var sink = new CollectingSink(99);
      assertThat(upstream.newCall(request("{}")).execute(sink)).isEqualTo(ANSWERED);

      Upstream.Body body =
          Bodies.of(
              2,
              out -> {
                isTaken.countDown();
                bodyAfter(spoken).writeTo(out);
              });
      assertThat(upstream.newCall(request(body)).execute(sink)).isEqualTo(ANSWERED);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.received()).hasSize(2);
      assertThat(sink.restarts()).isEqualTo(1);
    }
  }

  /** As nginx refuses what is too large: at once, while the body is still on its way. */
  @Test
  void earlyRefusalOfTheFirstRequestIsItsAnswer() throws Exception {
    var refused = new CountDownLatch(1);
    Script script =
        peer -> {
          var _ = peer.readHead();
          peer.send(answerOf("413 Content Too Large", "{}"));
          refused.countDown();
          peer.awaitClose();
        };
    String large = "y".repeat(1 << 20);
    Upstream.Body body =
        Bodies.of(
            large.length(),
            out -> {
              out.write(large.getBytes(StandardCharsets.US_ASCII), 0, 1 << 19);
              await(refused);
              out.write(large.getBytes(StandardCharsets.US_ASCII), 0, 1 << 19);
            });
    try (var server = ScriptedServer.playing(script);
        var upstream = Sending.upstream(server)) {
      assertThat(upstream.newCall(request(body)).execute(new CollectingSink(99)))
          .isEqualTo(new UpstreamResult.Answered(413, null, null));
    }
  }

  private static Upstream.Body bodyAfter(CountDownLatch latch) {
    return Bodies.of(
        2,
        out -> {
          await(latch);
          out.write("{}".getBytes(StandardCharsets.US_ASCII));
        });
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
