package dev.nightjar.http;

import dev.nightjar.process.Loop;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks our own port every few seconds whether it answers, as a client would: the listener ends
 * without telling anybody when it cannot accept. One that is too busy is only said not to answer;
 * when nothing listens any more, nobody can reach this process again. One thread asks.
 */
public final class ListenerCheck implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration PAUSE_WHEN_GONE = Duration.ofSeconds(1);
  private static final int ANSWER_MILLIS = 5_000;
  private static final int GONE_MAX = 3;
  private static final byte[] ANSWER = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);

  private final Consumer<Throwable> whenGone;
  private final AtomicLong answers = new AtomicLong();
  private int gone;

  /** Null until it is to ask. */
  private volatile @Nullable Loop loop;

  /** {@code whenGone} is told when nothing listens any more. */
  public ListenerCheck(Consumer<Throwable> whenGone) {
    this.whenGone = whenGone;
  }

  /** Begins to ask; once. */
  void start(InetSocketAddress address, boolean isSecure) {
    // Whoever answers is ourselves, and is told nothing that is secret.
    SSLContext tls = isSecure ? Tls.builder().trustAll(true).build().sslContext() : null;
    var asking = new Loop("listener-check", PAUSE, () -> look(address, tls));
    loop = asking;
    asking.wake();
    asking.start();
  }

  /** How often it was answered. Any thread. */
  public long answers() {
    return answers.get();
  }

  private Duration look(InetSocketAddress address, @Nullable SSLContext tls) {
    try {
      ask(address, tls);
      answers.incrementAndGet();
      gone = 0;
    } catch (ConnectException e) {
      gone = isPortFree(address) ? gone + 1 : 0;
      if (gone >= GONE_MAX) {
        whenGone.accept(new IllegalStateException("nothing listens on %s".formatted(address), e));
      }
    } catch (IOException _) {
      // No answer. What that means is for whoever watches the answers.
    }
    return gone == 0 ? PAUSE : PAUSE_WHEN_GONE;
  }

  /** Refused by our own system may also mean that it has no port or no room for the question. */
  private static boolean isPortFree(InetSocketAddress address) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static void ask(InetSocketAddress address, @Nullable SSLContext tls) throws IOException {
    try (var plain = new Socket()) {
      plain.connect(address, ANSWER_MILLIS);
      plain.setSoTimeout(ANSWER_MILLIS);
      if (tls == null) {
        ask(plain);
      } else {
        String host = address.getAddress().getHostAddress();
        try (Socket secure =
            tls.getSocketFactory().createSocket(plain, host, address.getPort(), true)) {
          ask(secure);
        }
      }
    }
  }

  private static void ask(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .formatted(HealthRoutes.LIVE)
                .getBytes(StandardCharsets.US_ASCII));
    byte[] begin = socket.getInputStream().readNBytes(ANSWER.length);
    if (!Arrays.equals(begin, ANSWER)) {
      throw new IOException("not an answer");
    }
  }

  @Override
  public void close() {
    Loop asking = loop;
    if (asking != null) {
      asking.close();
    }
  }
}
