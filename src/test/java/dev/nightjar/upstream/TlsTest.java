package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.NOW;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TlsTest {
  private final CollectingSink sink = new CollectingSink(1 << 20);

  @Test
  @Tag("server")
  void trustedServerIsCalledOverTls() throws Exception {
    var tls = contextFor("ip:127.0.0.1");
    try (var server = ScriptedServer.playingOver(tls.getServerSocketFactory(), always(OK));
        var upstream = upstream(server, tls)) {
      for (var i = 0; i < 3; i++) {
        assertThat(upstream.newCall(request("{}")).execute(sink))
            .isEqualTo(new UpstreamResult.Answered(200, null, null));
      }
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.received().getFirst().head()).startsWith("POST /v1/chat/completions ");
    }
  }

  @Test
  @Tag("server")
  void serverWithAnotherNameIsUnreachable() throws Exception {
    var tls = contextFor("dns:elsewhere.example");
    try (var server = ScriptedServer.playingOver(tls.getServerSocketFactory(), always(OK));
        var upstream = upstream(server, tls)) {
      assertUnreachable(upstream, server, "TLS handshake failed: ");
      assertThat(server.received()).isEmpty();
    }
  }

  @Test
  void serverWithoutTlsIsUnreachable() throws Exception {
    try (var server =
            playing(peer -> {
              var _ = peer.readByte();
              peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
              peer.awaitClose();
            });
        var upstream = upstream(server, SSLContext.getDefault())) {
      assertUnreachable(upstream, server, "TLS handshake failed: ");
    }
  }

  @Test
  void serverThatClosesInTheHandshakeIsUnreachable() throws Exception {
    try (var server = playing(_ -> {});
        var upstream = upstream(server, SSLContext.getDefault())) {
      assertUnreachable(upstream, server, "");
    }
  }

  @Test
  @Tag("server")
  void serverThatIsSilentInTheHandshakeIsUnreachable() throws Exception {
    try (var server = playing(peer -> peer.awaitClose());
        var upstream = upstream(server, SSLContext.getDefault())) {
      assertUnreachable(upstream, server, "no answer within 5 s");
    }
  }

  private void assertUnreachable(Upstream upstream, ScriptedServer server, String reason) {
    var beginning = "cannot connect to tls: " + reason;
    var host = server.url("https", "").getHost();

    assertThat(upstream.newCall(request("{}")).execute(sink))
        .isInstanceOfSatisfying(
            UpstreamResult.Unreachable.class,
            u -> assertThat(u.reason()).startsWith(beginning).doesNotContain(host));
  }

  private static HttpUpstream upstream(ScriptedServer server, SSLContext tls) {
    var target = new UpstreamTarget("tls", server.url("https", ""), null, 4);
    return new HttpUpstream(
        target, InstantSource.fixed(NOW), tls.getSocketFactory(), Connections.Rest.NONE);
  }

  private static SSLContext contextFor(String name) throws Exception {
    return Certificates.context(Certificates.make("EC", name));
  }
}
