package dev.nightjar.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** One connection to an upstream. One call at a time uses it; any thread may close it. */
final class Connection {
  /** Small buffers, for there may be thousands of connections, and a limit to an answer's head. */
  private static final Http1Config HTTP =
      Http1Config.custom()
          .setBufferSize(8 * 1024)
          .setMaxLineLength(16 * 1024)
          .setMaxHeaderCount(128)
          .setMaxEmptyLineCount(2)
          .build();

  private static final int MAX_INTERIM_ANSWERS = 16;
  private static final int OK = 200;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int REFUSALS = 400;

  /** For bytes that are there already, and only have to pass through TLS. */
  private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);

  private final HeadParser parser = new HeadParser(HTTP);
  private final DefaultBHttpClientConnection http =
      new DefaultBHttpClientConnection(
          HTTP, null, null, null, null, this::isEarly, null, _ -> parser);
  private final HttpCoreContext context = HttpCoreContext.create();
  private final Timeout listening;
  private volatile boolean closed;

  private @Nullable Socket socket;

  /** What comes over TLS; null without it. */
  private @Nullable InputStream secured;

  private boolean isUsed;
  private @Nullable EndpointDetails traffic;
  private long receivedBefore;
  private boolean requestComplete;
  private long begunAt;
  private long idleSince;

  /**
   * @param listening how long to wait, before the first request leaves, for a server that speaks
   *     unasked
   */
  Connection(Timeout listening) {
    this.listening = listening;
  }

  /** Takes the socket before it is connected, so that {@code close} reaches it from then on. */
  void hold(Socket plain) throws IOException {
    socket = plain;
    http.bind(plain);
    checkOpen(plain);
  }

  /** Puts TLS on top of the socket it holds. */
  void hold(SSLSocket secure, Socket plain) throws IOException {
    secured = secure.getInputStream();
    http.bind(secure, plain);
    checkOpen(plain);
  }

  private void checkOpen(Socket plain) throws IOException {
    if (closed) {
      plain.close();
      throw new SocketException("closed while connecting");
    }
  }

  /** Sends a request and reads the head of its answer; the answer's entity reads on. */
  ClassicHttpResponse exchange(ClassicHttpRequest request) throws IOException, HttpException {
    begunAt = System.nanoTime();
    requestComplete = false;
    traffic = http.getEndpointDetails();
    receivedBefore = received();
    var answer = send(request);
    isUsed = true;
    if (MessageSupport.canResponseHaveBody(request.getMethod(), answer)) {
      http.receiveResponseEntity(answer);
    }
    return answer;
  }

  private ClassicHttpResponse send(ClassicHttpRequest request) throws IOException, HttpException {
    try {
      http.sendRequestHeader(request);
      http.sendRequestEntity(request);
      http.flush();
      requestComplete = http.isConsistent();
    } catch (LocalFaultException e) {
      throw e;
    } catch (IOException e) {
      return earlyAnswer(reason(e));
    }
    if (isUsed && !requestComplete) {
      throw new UnaskedAnswerException(hasFarewell());
    }
    var answer = finalAnswer();
    if (!requestComplete && answer.getCode() < REFUSALS) {
      throw new UnaskedAnswerException(false);
    }
    if (isUsed && isFarewell(answer)) {
      throw new UnaskedAnswerException(true);
    }
    return answer;
  }

  /** It crossed our request on its way. */
  private boolean isFarewell(ClassicHttpResponse answer) {
    return answer.getCode() == REQUEST_TIMEOUT
        && !DefaultConnectionReuseStrategy.INSTANCE.keepAlive(null, answer, context);
  }

  /**
   * Asked by the library before it writes to the socket, for the last time when all that is left
   * are the request's last bytes. What is here by then answers something else; only a refusal may
   * come so early, and on a connection that had no other request it can be of this one only.
   */
  private boolean isEarly(
      ClassicHttpRequest request,
      HttpClientConnection connection,
      InputStream in,
      long sentBytes,
      long nextBytes)
      throws IOException {
    if (!isUsed) {
      return sentBytes == 0 && http.isDataAvailable(listening);
    }
    boolean isSilent = socket == null || socket.getInputStream().available() == 0;
    // Over TLS these may be its own messages.
    return !isSilent && (secured == null || http.isDataAvailable(AT_ONCE));
  }

  /** Whether more came than the answer that was read. */
  boolean hasMore() {
    return parser.hasMore();
  }

  private boolean hasFarewell() {
    try {
      http.setSocketTimeout(AT_ONCE);
      return http.receiveResponseHeader().getCode() == REQUEST_TIMEOUT;
    } catch (IOException | HttpException _) {
      return false;
    }
  }

  /** The library loses why TLS ended when it asks for data; what is closed still knows. */
  private IOException reason(IOException failure) {
    if (secured != null && socket != null && socket.isClosed()) {
      try {
        var _ = secured.read();
      } catch (SSLException why) {
        return why;
      } catch (IOException _) {
        return failure;
      }
    }
    return failure;
  }

  /** A server that refuses a request, as for its size, answers and closes while we still write. */
  private ClassicHttpResponse earlyAnswer(IOException writing) throws IOException {
    if (isUsed) {
      throw isUnanswered() ? writing : new UnaskedAnswerException(hasFarewell());
    }
    try {
      var answer = finalAnswer();
      if (answer.getCode() >= REFUSALS) {
        return answer;
      }
    } catch (IOException | HttpException reading) {
      writing.addSuppressed(reading);
    }
    throw writing;
  }

  private ClassicHttpResponse finalAnswer() throws IOException, HttpException {
    for (var i = 0; i <= MAX_INTERIM_ANSWERS; i++) {
      var answer = http.receiveResponseHeader();
      if (answer.getCode() >= OK) {
        return answer;
      }
    }
    throw new ProtocolException("more than %d interim answers".formatted(MAX_INTERIM_ANSWERS));
  }

  /** Not one byte came back: a reused connection was closed before the request arrived. */
  boolean isUnanswered() {
    return received() == receivedBefore;
  }

  private long received() {
    return traffic == null ? 0 : traffic.getReceivedBytesCount();
  }

  boolean isUsed() {
    return isUsed;
  }

  /** Whether it is good for another request once the answer is read to its end. */
  boolean isReusableAfter(ClassicHttpRequest request, ClassicHttpResponse answer) {
    return requestComplete
        && !closed
        && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, answer, context);
  }

  /** How long its last call took, in nanoseconds. */
  long rest() {
    idleSince = System.nanoTime();
    return idleSince - begunAt;
  }

  boolean hasRested(long nanos) {
    return System.nanoTime() - idleSince >= nanos;
  }

  /** Ends it in good order; over TLS this may wait a moment for the other side. */
  void close() {
    closed = true;
    http.setSocketTimeout(Timeouts.CONNECT);
    http.close(CloseMode.GRACEFUL);
  }

  /** Ends it at once, without waiting for anything, also under a thread that reads or writes. */
  void cut() {
    closed = true;
    http.close(CloseMode.IMMEDIATE);
  }
}
