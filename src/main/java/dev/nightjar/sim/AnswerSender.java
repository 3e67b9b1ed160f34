package dev.nightjar.sim;

import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.sim.answer.ErrorKind;
import dev.nightjar.sim.answer.Refusal;
import dev.nightjar.sim.answer.SimJson;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends answers, whole or broken. Safe for use by many threads. */
final class AnswerSender {
  private static final Header SERVER = HeaderValues.createCached("server", "nightjar-sim");
  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");
  private static final byte[] GARBAGE =
      "<html><body>Simulated garbage: this is no JSON</body></html>\n"
          .getBytes(StandardCharsets.UTF_8);

  private final ConnectionGuard guard;
  private final Header retryAfterMillis;
  private final Header retryAfterSeconds;

  AnswerSender(ConnectionGuard guard, Duration retryAfter) {
    this.guard = guard;
    long millis = retryAfter.toMillis();
    retryAfterMillis = HeaderValues.createCached("retry-after-ms", Long.toString(millis));
    // OpenAI's is a whole number of seconds, at least one.
    retryAfterSeconds =
        HeaderValues.createCached("Retry-After", Long.toString(Math.max(1, (millis + 999) / 1000)));
  }

  void send(ServerResponse response, byte[] answer) {
    response.header(SERVER).header(JSON).send(answer);
  }

  void refuse(ServerResponse response, Refusal refusal) {
    if (refusal.isRetryLater()) {
      response.header(retryAfterMillis).header(retryAfterSeconds);
    }
    response.status(Status.create(refusal.status()));
    send(response, refusal.envelope());
  }

  /** Whether the answer was sent whole and as valid JSON. */
  boolean send(
      ServerResponse response, ServerRequest request, byte[] answer, @Nullable ErrorKind kind) {
    SocketAddress peer = request.remotePeer().address();
    switch (kind) {
      case RESET -> {
        guard.reset(peer);
        throw new CloseConnectionException("simulated reset");
      }
      case HANG -> {
        awaitClose(peer, request.prologue().protocolVersion().startsWith("1"));
        throw new CloseConnectionException("simulated hang");
      }
      case TRUNCATED -> {
        sendHalf(response, answer);
        guard.disconnect(peer);
        throw new CloseConnectionException("simulated truncation");
      }
      case GARBAGE -> {
        send(response, GARBAGE);
        return false;
      }
      case PRETTY -> send(response, SimJson.pretty(answer));
      case null, default -> send(response, answer);
    }
    return true;
  }

  private static void sendHalf(ServerResponse response, byte[] answer) {
    response.header(SERVER).header(JSON).contentLength(answer.length);
    try {
      // Not closed: Helidon would complain that it is too short.
      OutputStream out = response.outputStream();
      out.write(answer, 0, answer.length / 2);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * In HTTP/1.1 nobody else reads while a request is worked on, so that only a read here notices
   * the peer leaving. In HTTP/2 the connection has a reader, which closes the channel.
   */
  private void awaitClose(SocketAddress peer, boolean isReader) {
    try {
      ByteBuffer ignored = ByteBuffer.allocate(1024);
      SocketChannel channel;
      while ((channel = guard.channel(peer).orElse(null)) != null) {
        if (!isReader) {
          Thread.sleep(50);
        } else if (channel.read(ignored.clear()) < 0) {
          return;
        }
      }
    } catch (IOException _) {
      // Closed, which is what was waited for.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
