package dev.nightjar.http.connection;

import dev.nightjar.http.connection.BoundedReader.Place;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes every connection that does not begin as HTTP/2 for HTTP/1.1, so that whatever else comes is
 * told what is wrong with it, and gives it a {@link BoundedReader}.
 */
public final class Http1Selector implements ServerConnectionSelector {
  private static final byte[] HTTP2_BEGINS = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);
  private static final int UNSURE_BYTES_MIN = 4;

  private final Http1ConnectionSelector http1;

  public Http1Selector(Http2Config http2) {
    http1 =
        Http1ConnectionSelector.builder()
            .config(config())
            .addUpgrader(new CarefulUpgrader(Http2Upgrader.create(http2)))
            .build();
  }

  @SuppressWarnings("removal") // The only way to serve HTTP/1.0, which needs no Host.
  private static Http1Config config() {
    return Http1Config.builder()
        .addReceiveListener(new HeadListener())
        .validateRequestHostHeader(false) // The listener does.
        .build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData begin) {
    int length = Math.min(begin.available(), HTTP2_BEGINS.length);
    for (int i = 0; i < length; i++) {
      if (begin.read() != HTTP2_BEGINS[i]) {
        return Support.SUPPORTED;
      }
    }
    if (length < UNSURE_BYTES_MIN) {
      return Support.SUPPORTED; // As POST begins, and no client of HTTP/2 sends so little.
    }
    return length < HTTP2_BEGINS.length ? Support.UNKNOWN : Support.UNSUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return http1.connection(BoundedContext.of(context));
  }

  /**
   * Goes on with HTTP/1.1 where the settings for HTTP/2 are missing or broken (RFC 7540 §3.2.1).
   */
  private record CarefulUpgrader(Http1Upgrader http2) implements Http1Upgrader {
    @Override
    public String supportedProtocol() {
      return http2.supportedProtocol();
    }

    @Override
    public @Nullable ServerConnection upgrade(
        ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
      try {
        ServerConnection connection = http2.upgrade(context, prologue, headers);
        HeadListener.setPlace(context, Place.HTTP2);
        return connection;
      } catch (CloseConnectionException e) {
        throw e;
      } catch (RuntimeException _) {
        return null;
      }
    }
  }
}
