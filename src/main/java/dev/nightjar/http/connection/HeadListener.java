package dev.nightjar.http.connection;

import dev.nightjar.http.connection.BoundedReader.Place;
import io.helidon.common.uri.UriValidator;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.util.List;

/**
 * Sees each head of HTTP/1: tells the reader when one begins and ends, and checks what Helidon
 * would check without knowing of HTTP/1.0. A request of HTTP/1.0 gets one answer of known length,
 * after which the connection is closed.
 */
final class HeadListener implements Http1ConnectionListener {
  @Override
  public void prologue(ConnectionContext context, HttpPrologue prologue) {
    setPlace(context, Place.HEAD);
  }

  @Override
  public void headers(ConnectionContext context, Headers headers) {
    setPlace(context, Place.ELSEWHERE);
    boolean isHttp10 = context.dataReader() instanceof BoundedReader reader && reader.isHttp10();
    if (isHttp10 && headers instanceof WritableHeaders<?> writable) {
      limitToHttp10(writable);
    }
    checkHost(headers, isHttp10);
  }

  static void setPlace(ConnectionContext context, Place place) {
    if (context.dataReader() instanceof BoundedReader reader) {
      reader.setPlace(place);
    }
  }

  /** What a client of HTTP/1.0 cannot have meant (RFC 9110 §7.8, §10.1.1; RFC 9112 §6.1). */
  private static void limitToHttp10(WritableHeaders<?> headers) {
    if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
      throw BoundedReader.refused(
          Status.BAD_REQUEST_400, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length");
    }
    headers.set(HeaderValues.CONNECTION_CLOSE);
    headers.remove(HeaderNames.EXPECT);
    headers.remove(HeaderNames.UPGRADE);
    if (!headers.contains(HeaderNames.HOST)) {
      headers.set(HeaderNames.HOST, "");
    }
  }

  /** As Helidon checks it, but that a request of HTTP/1.0 needs none. */
  private static void checkHost(Headers headers, boolean isHttp10) {
    List<String> hosts = headers.all(HeaderNames.HOST, List::of);
    if (hosts.size() != 1) {
      throw BoundedReader.refused(Status.BAD_REQUEST_400, "The request must have one Host header");
    }
    String host = hosts.getFirst();
    if (isHttp10 && host.isEmpty()) {
      return;
    }
    try {
      int colon = host.lastIndexOf(':');
      boolean hasPort = colon > host.lastIndexOf(']');
      String name = hasPort ? host.substring(0, colon) : host;
      if (name.startsWith("[")) {
        UriValidator.validateIpLiteral(name);
      } else {
        UriValidator.validateNonIpLiteral(name);
      }
      if (hasPort) {
        Integer.parseUnsignedInt(host.substring(colon + 1));
      }
    } catch (IllegalArgumentException _) {
      throw BoundedReader.refused(
          Status.BAD_REQUEST_400, "The Host header is not a host with or without a port");
    }
  }
}
