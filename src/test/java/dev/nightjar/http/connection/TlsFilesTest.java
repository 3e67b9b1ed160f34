package dev.nightjar.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  @TempDir private Path directory;
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void nameFiles() {
    certificate = directory.resolve("cert.pem");
    key = directory.resolve("key.pem");
  }

  private void write(KeyStore store) throws Exception {
    Files.writeString(certificate, Certificates.certificatePem(store));
    Files.writeString(key, Certificates.keyPem(store));
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void certificateAndItsKeyAreTaken(String algorithm) throws Exception {
    write(Certificates.make(algorithm, "ip:127.0.0.1"));

    assertThat(TlsFiles.of(new TlsSettings(certificate, key)).tls().enabled()).isTrue();
  }

  /** As cert-manager writes them: PKCS#8 is the same bytes behind a head of 26. */
  @Test
  void rsaKeyOfItsOwnFormIsTakenToo() throws Exception {
    KeyStore store = Certificates.make("RSA", "ip:127.0.0.1");
    write(store);
    byte[] der =
        Base64.getMimeDecoder()
            .decode(Certificates.keyPem(store).replaceAll("-----[A-Z ]+-----", ""));
    byte[] own = Arrays.copyOfRange(der, 26, der.length);
    Files.writeString(
        key,
        "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(own)));

    assertThat(TlsFiles.of(new TlsSettings(certificate, key)).tls().enabled()).isTrue();
  }

  @Test
  void whatIsWrongIsSaidWithTheFile() throws Exception {
    write(Certificates.make("EC", "ip:127.0.0.1"));
    Path none = directory.resolve("none.pem");
    Path text = Files.writeString(directory.resolve("text.pem"), "no PEM at all");
    Path binary = Files.write(directory.resolve("binary.pem"), new byte[] {-1, -2, 0, 3});
    Path broken =
        Files.writeString(
            directory.resolve("broken.pem"),
            """
            -----BEGIN CERTIFICATE-----
            AAAA
            -----END CERTIFICATE-----
            -----BEGIN PRIVATE KEY-----
            AAAA
            -----END PRIVATE KEY-----
            """);
    Path huge = Files.write(directory.resolve("huge.pem"), new byte[(1 << 20) + 1]);

    assertSays(none, key, "there is no file " + none);
    assertSays(certificate, none, "there is no file " + none);
    assertSays(directory, key, directory + " cannot be read");
    for (Path wrong : new Path[] {text, binary, broken}) {
      assertSays(wrong, key, wrong + " has no certificate in PEM form that can be used");
      assertSays(certificate, wrong, wrong + " has no private key in PEM form that can be used");
    }
    assertSays(key, key, key + " has no certificate in PEM form that can be used");
    assertSays(certificate, certificate, "has no private key in PEM form that can be used");
    assertSays(huge, key, huge + " is too large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
  void keysInOtherFormsAreNamedWithWhatConvertsThem(String form) throws Exception {
    write(Certificates.make("EC", "ip:127.0.0.1"));
    Files.writeString(key, Files.readString(key).replace("PRIVATE KEY", form));

    assertSays(certificate, key, "openssl pkcs8 -topk8 -nodes -in " + key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void keyOfAnotherCertificateIsRefused(String algorithm) throws Exception {
    write(Certificates.make("EC", "ip:127.0.0.1"));
    KeyStore other = Certificates.make(algorithm, "ip:127.0.0.1");
    Files.writeString(key, Certificates.keyPem(other));

    assertSays(certificate, key, "the key in %s does not fit the first certificate".formatted(key));
  }

  @Test
  @Tag("H3")
  void renewedCertificateIsShownAndABrokenOneIsNot() throws Exception {
    KeyStore before = Certificates.make("EC", "ip:127.0.0.1");
    KeyStore after = Certificates.make("RSA", "ip:127.0.0.1");
    write(before);
    TlsFiles files = TlsFiles.of(new TlsSettings(certificate, key));

    files.look();
    assertShows(files, before);
    Files.writeString(certificate, Certificates.certificatePem(after));
    for (int i = 0; i < 3; i++) {
      files.look();
    }
    assertShows(files, before);
    Files.writeString(key, Certificates.keyPem(after));
    files.look();
    assertShows(files, after);
    Files.delete(key);
    files.look();
    assertShows(files, after);
  }

  private static void assertShows(TlsFiles files, KeyStore store) throws Exception {
    var sockets = files.tls().sslContext().getServerSocketFactory();
    try (var server = ScriptedServer.playingOver(sockets, ScriptedServer.always(ANSWER));
        var client = HttpClient.newBuilder().sslContext(Certificates.trusting(store)).build()) {
      var request = HttpRequest.newBuilder(server.url("https", "/")).build();

      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
  }

  private static void assertSays(Path certificate, Path key, String text) {
    assertThatThrownBy(() -> TlsFiles.of(new TlsSettings(certificate, key)))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("TLS: ")
        .hasMessageContaining(text);
  }
}
