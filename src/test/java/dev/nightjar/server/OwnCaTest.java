package dev.nightjar.server;

import static dev.nightjar.testing.ServerFixture.awaitThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.Ran;
import dev.nightjar.RunningServer;
import dev.nightjar.config.ClientTls;
import dev.nightjar.config.ListenerSettings;
import dev.nightjar.config.ListenerSettings.Doors;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.Settings;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.upstream.Preset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of a CA that only their owner knows. */
@Tag("server")
@Tag("H3")
class OwnCaTest {
  private static final String NAMES = "ip:127.0.0.1";
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  @TempDir Path folder;
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void nameFiles() {
    certificate = folder.resolve("cert.pem");
    key = folder.resolve("key.pem");
  }

  private KeyStore write() throws Exception {
    KeyStore store = Certificates.make("EC", NAMES);
    Files.writeString(certificate, Certificates.certificatePem(store));
    Files.writeString(key, Certificates.keyPem(store));
    return store;
  }

  private RunningServer server() {
    Settings plain = ServerFixture.settings(folder.resolve("data"), "http://127.0.0.1:9/v1", 1);
    return RunningServer.start(
        new Settings(
            plain.data(),
            new ListenerSettings("127.0.0.1", 0, Doors.DEFAULT, new TlsSettings(certificate, key)),
            plain.upstreams(),
            plain.calls(),
            plain.input(),
            plain.storage(),
            plain.bounds(),
            plain.terms(),
            plain.webhooks(),
            plain.log()));
  }

  private static Ran list(
      String scheme, int port, Map<String, String> environment, String... more) {
    var arguments = new ArrayList<>(List.of("files", "list", "--base-url"));
    arguments.add("%s://127.0.0.1:%d/v1".formatted(scheme, port));
    arguments.addAll(List.of(more));
    return Ran.nightjar(environment, false, arguments.toArray(String[]::new));
  }

  @Test
  void commandsTrustItWhenTheyAreToldAndSayWhatIsWrongWhenNot() throws Exception {
    write();
    Map<String, String> variable = Map.of("SSL_CERT_FILE", certificate.toString());
    try (RunningServer server = server()) {
      int port = server.port();

      assertThat(list("https", port, Map.of(), "--ca-cert", certificate.toString()).code())
          .isZero();
      assertThat(list("https", port, variable).code()).isZero();
      assertThat(list("https", port, Map.of()).err())
          .contains("TLS: its certificate is of a CA that is not known here; --ca-cert");
      assertThat(list("https", port, Map.of(), "--ca-cert", "none.pem").err())
          .contains("TLS: there is no file none.pem");
      assertThat(list("http", port, Map.of()).err())
          .contains("it speaks TLS on that port; its URL begins with https://");
    }
  }

  @Test
  void hostWithAnUnderscoreIsLookedUp() {
    String url = "http://no_such.invalid:8080/v1";

    assertThat(Ran.nightjar("files", "list", "--base-url", url).err())
        .contains("the server at " + url + " cannot be reached: its host name is unknown");
    assertThat(Ran.nightjar("files", "list", "--base-url", "https://no_such.invalid/v1").err())
        .contains("is not one such as");
  }

  @Test
  void portWithoutTlsIsSaidToBeOne() throws Exception {
    try (var server =
        ScriptedServer.playing(peer -> {
          var _ = peer.readByte();
          peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
          peer.awaitClose();
        })) {
      assertThat(list("https", server.url("https", "").getPort(), Map.of()).err())
          .contains("TLS: there is no TLS on that port; is it one for http://?");
    }
  }

  @Test
  void renewedCertificateIsShownWithoutARestart() throws Exception {
    write();
    try (RunningServer server = server()) {
      write();
      String renewed = certificate.toString();

      awaitThat(() -> list("https", server.port(), Map.of(), "--ca-cert", renewed).code() == 0);
    }
  }

  @Test
  void upstreamIsCalledWithItsCaAndWithWhatItWantsToKnow() throws Exception {
    var sockets = Certificates.context(write()).getServerSocketFactory();
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 2, _ -> "");
    try (var server = ScriptedServer.playingOver(sockets, ScriptedServer.always(ANSWER))) {
      var upstream =
          new UpstreamSettings(
              "gpu",
              server.url("https", "/v1").toString(),
              null,
              Set.of("gpt-5"),
              1,
              false,
              Preset.NONE,
              null,
              null,
              Map.of("Authorization", "Basic dTpw", "X-Team", "batch"),
              new ClientTls(certificate, new TlsSettings(certificate, key)));

      Ran ran = Ran.localRun(input, folder.resolve("out.jsonl"), upstream);

      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(server.received().getLast().headers())
          .containsEntry("authorization", "Basic dTpw")
          .containsEntry("x-team", "batch");
    }
  }
}
