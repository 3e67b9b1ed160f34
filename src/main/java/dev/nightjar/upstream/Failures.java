package dev.nightjar.upstream;

import dev.nightjar.net.TlsFault;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

/**
 * Says in one sentence what the network did, by the upstream's name: it is stored and read by
 * people who need not know where the upstream is.
 */
record Failures(String upstream, BaseUrl base) {
  String unreachable(Exception failure) {
    return "cannot connect to %s: %s".formatted(upstream, withoutHost(whyUnreachable(failure)));
  }

  String broken(Exception failure) {
    return "%s %s".formatted(upstream, withoutHost(whyBroken(failure)));
  }

  /** TLS names the host that it expected. */
  private String withoutHost(String text) {
    String host = "(?i)(?<![\\w.-])" + Pattern.quote(base.hostName()) + "(?![\\w-])";
    return text.replaceAll(host, Matcher.quoteReplacement(upstream));
  }

  /** An exception's message, or at least its kind. */
  static String text(Throwable failure) {
    var message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static String whyUnreachable(Exception failure) {
    return switch (failure) {
      case SocketTimeoutException _ ->
          "no answer within %d s".formatted(Timeouts.CONNECT.toSeconds());
      case UnknownHostException _ -> "unknown host";
      case NoRouteToHostException _ -> "no route to host";
      case SSLException tls -> "TLS handshake failed: " + TlsFault.words(tls);
      case ConnectException refused -> text(refused).toLowerCase(Locale.ROOT);
      default -> text(failure);
    };
  }

  private static String whyBroken(Exception failure) {
    return switch (failure) {
      case ContentCoding.UndecodableException undecodable -> text(undecodable);
      case UnaskedAnswerException _ -> "sent an answer that nobody asked for";
      case NoHttpResponseException _ -> "closed the connection without an answer";
      case MessageConstraintException _ -> "sent an answer whose head is too large";
      case ConnectionClosedException _, EOFException _ ->
          "closed the connection before the answer's end";
      case SocketException reset -> "broke the connection: " + text(reset).toLowerCase(Locale.ROOT);
      case SSLException tls -> "broke TLS off: " + TlsFault.words(tls);
      case HttpException protocol -> "does not speak HTTP/1.1: " + text(protocol);
      default -> "failed: " + text(failure);
    };
  }
}
