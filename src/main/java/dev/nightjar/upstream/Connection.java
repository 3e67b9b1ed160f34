package dev.nightjar.upstream;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
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

  private final DefaultBHttpClientConnection http =
      new DefaultBHttpClientConnection(HTTP, null, null, null, null, null, HeadParser::new);
  private final HttpCoreContext context = HttpCoreContext.create();
  private volatile boolean closed;

  private @Nullable EndpointDetails traffic;
  private long receivedBefore;
  private boolean requestComplete;
  private long idleSince;

  /** Takes the socket before it is connected, so that {@code close} reaches it from then on. */
  void hold(Socket socket) throws IOException {
    http.bind(socket);
    checkOpen(socket);
  }

  /** Puts TLS on top of the socket it holds. */
  void hold(SSLSocket secure, Socket socket) throws IOException {
    http.bind(secure, socket);
    checkOpen(socket);
  }

  private void checkOpen(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new SocketException("closed while connecting");
    }
  }

  /** Sends a request and reads the head of its answer; the answer's entity reads on. */
  ClassicHttpResponse exchange(ClassicHttpRequest request) throws IOException, HttpException {
    requestComplete = false;
    traffic = http.getEndpointDetails();
    receivedBefore = received();
    var answer = send(request);
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
      requestComplete = true;
    } catch (LocalFaultException e) {
      throw e;
    } catch (IOException e) {
      return earlyAnswer(e);
    }
    return finalAnswer();
  }

  /** A server that refuses a request, as for its size, answers and closes while we still write. */
  private ClassicHttpResponse earlyAnswer(IOException writing) throws IOException {
    try {
      return finalAnswer();
    } catch (IOException | HttpException reading) {
      writing.addSuppressed(reading);
      throw writing;
    }
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

  /** Whether it is good for another request once the answer is read to its end. */
  boolean isReusableAfter(ClassicHttpRequest request, ClassicHttpResponse answer) {
    return requestComplete
        && !closed
        && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, answer, context);
  }

  void rest() {
    idleSince = System.nanoTime();
  }

  boolean hasRested(Duration limit) {
    return System.nanoTime() - idleSince >= limit.toNanos();
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
