package dev.nightjar.upstream;

import dev.nightjar.testing.ScriptedServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.SSLSocketFactory;

/** Upstreams, whose connections are used again at once, and requests for tests. */
final class Sending {
  static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");

  private Sending() {}

  static HttpUpstream upstream(ScriptedServer server) {
    return upstream(new UpstreamTarget("scripted", server.url("http", ""), "sk-test", 8));
  }

  static HttpUpstream upstream(UpstreamTarget target) {
    var tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
    return new HttpUpstream(target, InstantSource.fixed(NOW), tls, Connections.Rest.NONE);
  }

  static Upstream.Request request(String body) {
    return request(Bodies.of(body));
  }

  static Upstream.Request request(Upstream.Body body) {
    return request(body, Duration.ofSeconds(30));
  }

  static Upstream.Request request(Upstream.Body body, Duration timeout) {
    return new Upstream.Request("/v1/chat/completions", body, "batch_1-7", timeout);
  }
}
