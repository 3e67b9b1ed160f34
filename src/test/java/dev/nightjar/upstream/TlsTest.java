package dev.nightjar.upstream;

import static dev.nightjar.testing.ScriptedServer.always;
import static dev.nightjar.testing.ScriptedServer.playing;
import static dev.nightjar.upstream.Sending.NOW;
import static dev.nightjar.upstream.Sending.OK;
import static dev.nightjar.upstream.Sending.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
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
  @Tag("H3")
  void serverWithAnotherNameIsUnreachable() throws Exception {
    var tls = contextFor("dns:elsewhere.example");
    try (var server = ScriptedServer.playingOver(tls.getServerSocketFactory(), always(OK));
        var upstream = upstream(server, tls)) {
      assertUnreachable(
          upstream, server, "TLS handshake failed: its certificate is for another name");
      assertThat(server.received()).isEmpty();
    }
  }

  @Test
  @Tag("server")
  @Tag("H3")
  void certificateOfAnUnknownCaIsSaid() throws Exception {
    var known = Certificates.make("EC", "ip:127.0.0.1");
    var other = Certificates.make("EC", "ip:127.0.0.1");
    var sockets = Certificates.context(other).getServerSocketFactory();
    try (var server = ScriptedServer.playingOver(sockets, always(OK));
        var upstream = upstream(server, Certificates.trusting(known))) {
      assertUnreachable(
          upstream,
          server,
          "TLS handshake failed: its certificate is of a CA that is not known here; --ca-cert or"
              + " ca_cert names one");
    }
  }

  @Test
  @Tag("server")
  @Tag("H3")
  void serverThatWantsToKnowWhoWeAreIsTold() throws Exception {
    var store = Certificates.make("EC", "ip:127.0.0.1");
    var tls = Certificates.context(store);
    try (var server = ScriptedServer.playingOver(new Demanding(tls), always(OK));
        var known = upstream(server, tls);
        var nobody = upstream(server, Certificates.trusting(store))) {
      assertThat(known.newCall(request("{}")).execute(sink))
          .isEqualTo(new UpstreamResult.Answered(200, null, null));
      assertThat(nobody.newCall(request("{}")).execute(sink).toString())
          .contains("it wants a client certificate; client_cert and client_key name one")
          .doesNotContain("127.0.0.1");
    }
  }

  @Test
  @Tag("server")
  @Tag("H3")
  void plainRequestToAPortOfTlsIsSaid() throws Exception {
    var tls = contextFor("ip:127.0.0.1");
    try (var server = ScriptedServer.playingOver(tls.getServerSocketFactory(), always(OK));
        var upstream =
            Sending.upstream(new UpstreamTarget("gpu", server.url("http", ""), null, 4))) {
      assertThat(upstream.newCall(request("{}")).execute(sink))
          .isEqualTo(
              new UpstreamResult.Broken(
                  "gpu does not speak HTTP/1.1: it speaks TLS on that port; its URL begins with"
                      + " https://"));
    }
  }

  /** Sockets that ask clients for a certificate. */
  private static final class Demanding extends ServerSocketFactory {
    private final SSLContext tls;

    Demanding(SSLContext tls) {
      this.tls = tls;
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
        throws IOException {
      var socket =
          (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(port, backlog, address);
      socket.setNeedClientAuth(true);
      return socket;
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return createServerSocket(port, 0, InetAddress.getLoopbackAddress());
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
    }
  }

  @Test
  @Tag("H3")
  void serverWithoutTlsIsUnreachable() throws Exception {
    try (var server =
            playing(peer -> {
              var _ = peer.readByte();
              peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
              peer.awaitClose();
            });
        var upstream = upstream(server, SSLContext.getDefault())) {
      assertUnreachable(
          upstream,
          server,
          "TLS handshake failed: there is no TLS on that port; is it one for http://?");
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
