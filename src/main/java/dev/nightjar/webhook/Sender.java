package dev.nightjar.webhook;

import dev.nightjar.net.TlsFault;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.upstream.RetryAfter;
import dev.nightjar.webhook.Targets.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to endpoints over HTTP, each on a connection of its own to an address that was
 * checked a moment before. Nothing is followed, reused or kept. Any thread may send; it waits 15 s
 * at most, and 5 s for the host's address.
 */
public final class Sender implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final int CONNECT_MS = 5_000;
  private static final int BODY_BYTES_MAX = 4 * 1024;
  private static final int INTERIM_ANSWERS_MAX = 16;
  private static final Http1Config HTTP =
      Http1Config.custom()
          .setBufferSize(4 * 1024)
          .setMaxLineLength(16 * 1024)
          .setMaxHeaderCount(128)
          .setMaxEmptyLineCount(2)
          .build();

  private final Targets targets;
  private final SSLSocketFactory tls;
  private final InstantSource clock;
  private final String userAgent;
  private final Duration limit;
  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor deadlines =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("webhook-deadlines").daemon().factory());

  public Sender(Targets targets, SSLSocketFactory tls, InstantSource clock, String userAgent) {
    this(targets, tls, clock, userAgent, LIMIT);
  }

  Sender(
      Targets targets,
      SSLSocketFactory tls,
      InstantSource clock,
      String userAgent,
      Duration limit) {
    this.targets = targets;
    this.tls = tls;
    this.clock = clock;
    this.userAgent = userAgent;
    this.limit = limit;
    deadlines.setRemoveOnCancelPolicy(true);
  }

  /** Sends it once, signed as of now with all secrets that are valid. */
  public Reply send(WebhookEndpoint endpoint, Message message) {
    WebhookUrl url = WebhookUrl.parse(endpoint.url());
    List<InetAddress> addresses;
    try {
      addresses = targets.addresses(endpoint.project(), url);
    } catch (UnknownHostException _) {
      return new Reply.Unreachable("unknown host");
    } catch (RefusedException e) {
      return new Reply.Unreachable(e.reason());
    }
    var call = new Call(url);
    calls.add(call);
    ScheduledFuture<?> deadline =
        deadlines.schedule(ProcessEnd.task(call::cut), limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      call.connect(addresses);
      return call.exchange(request(url, endpoint, message));
    } catch (IOException | HttpException e) {
      return new Reply.Unreachable(
          call.isCut ? "no answer within %d s".formatted(limit.toSeconds()) : why(e));
    } finally {
      deadline.cancel(false);
      calls.remove(call);
      call.cut();
    }
  }

  private ClassicHttpRequest request(WebhookUrl url, WebhookEndpoint endpoint, Message message) {
    byte[] body = message.body();
    Instant now = clock.instant();
    var request = new BasicClassicHttpRequest("POST", url.target());
    request.setHeader(HttpHeaders.HOST, url.authority());
    request.setHeader(HttpHeaders.USER_AGENT, userAgent);
    request.setHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    request.setHeader(HttpHeaders.CONTENT_LENGTH, body.length);
    request.setHeader(HttpHeaders.CONNECTION, "close");
    request.setHeader("webhook-id", message.id());
    request.setHeader("webhook-timestamp", now.getEpochSecond());
    request.setHeader(
        "webhook-signature",
        Signature.header(endpoint.secrets().at(now), message.id(), now.getEpochSecond(), body));
    request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    return request;
  }

  /** In words that tell nothing of what the other side wrote. */
  private static String why(Exception failure) {
    return switch (failure) {
      case SSLException tls -> "TLS failed: " + TlsFault.words(tls);
      case HttpException _ -> "it does not speak HTTP/1.1";
      case SocketException broken -> "no connection: " + text(broken);
      default -> "no answer: " + text(failure);
    };
  }

  private static String text(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /** Ends all calls under way. */
  @Override
  public void close() {
    deadlines.shutdownNow();
    calls.forEach(Call::cut);
  }

  /** One connection. Any thread may cut it. */
  private final class Call {
    private final WebhookUrl url;
    private final DefaultBHttpClientConnection http = new DefaultBHttpClientConnection(HTTP);
    private volatile @Nullable Socket socket;
    private volatile boolean isCut;

    Call(WebhookUrl url) {
      this.url = url;
    }

    /** Tries one after the other; there is no other way to a connection. */
    void connect(List<InetAddress> checked) throws IOException {
      IOException last = new UnknownHostException(url.host());
      for (InetAddress address : checked) {
        try {
          connect(new InetSocketAddress(address, url.port()));
          return;
        } catch (IOException e) {
          last = e;
        }
      }
      throw last;
    }

    private void connect(InetSocketAddress address) throws IOException {
      var plain = new Socket();
      socket = plain;
      if (isCut) {
        plain.close();
      }
      try {
        plain.setTcpNoDelay(true);
        plain.connect(address, CONNECT_MS);
        if (url.isSecure()) {
          http.bind(secure(plain), plain);
        } else {
          http.bind(plain);
        }
      } catch (IOException e) {
        plain.close();
        throw e;
      }
    }

    private SSLSocket secure(Socket plain) throws IOException {
      var secure = (SSLSocket) tls.createSocket(plain, url.host(), url.port(), true);
      var parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      return secure;
    }

    Reply exchange(ClassicHttpRequest request) throws IOException, HttpException {
      http.sendRequestHeader(request);
      http.sendRequestEntity(request);
      http.flush();
      ClassicHttpResponse answer = http.receiveResponseHeader();
      for (int i = 0; i < INTERIM_ANSWERS_MAX && answer.getCode() < 200; i++) {
        answer = http.receiveResponseHeader();
      }
      if (answer.getCode() < 200) {
        throw new ProtocolException("too many interim answers");
      }
      http.receiveResponseEntity(answer);
      readSome(answer.getEntity());
      Duration wait =
          RetryAfter.of(
              null, value(answer, HttpHeaders.RETRY_AFTER), value(answer, HttpHeaders.DATE), clock);
      return new Reply.Answered(answer.getCode(), wait);
    }

    private static @Nullable String value(ClassicHttpResponse answer, String name) {
      Header header = answer.getFirstHeader(name);
      return header == null ? null : header.getValue();
    }

    /**
     * So that most receivers see their answer taken; what it says, or that it breaks, is nothing.
     */
    private void readSome(@Nullable HttpEntity body) {
      if (body == null) {
        return;
      }
      try {
        InputStream in = body.getContent();
        in.readNBytes(BODY_BYTES_MAX);
      } catch (IOException _) {
        // The status has come, and that is all that counts.
      }
    }

    /** At once, without waiting for the other side, also under a thread that reads or writes. */
    void cut() {
      isCut = true;
      Socket open = socket;
      if (open != null) {
        try {
          open.close();
        } catch (IOException _) {
          // There is nothing more to do about it.
        }
      }
      http.close(CloseMode.IMMEDIATE);
    }
  }
}
