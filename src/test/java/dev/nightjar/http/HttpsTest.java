package dev.nightjar.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.http.connection.TlsFiles;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server over TLS: a socket of another kind below the same guard and the same routes. */
@Tag("server")
class HttpsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int LIMIT_MILLIS = 20_000;

  @TempDir private Path directory;
  private TestApi api;
  private ConnectionGuard guard;
  private HttpServer server;
  private SSLContext trusting;
  private int port;

  @BeforeEach
  void start() throws Exception {
    KeyStore store = Certificates.make("EC", "dns:localhost,ip:127.0.0.1");
    trusting = Certificates.context(store);
    Path certificate =
        Files.writeString(directory.resolve("cert.pem"), Certificates.certificatePem(store));
    Path key = Files.writeString(directory.resolve("key.pem"), Certificates.keyPem(store));
    api = new TestApi(directory, ApiLimits.DEFAULT);
    guard = ConnectionGuard.start(PATIENCE, PATIENCE);
    server =
        new HttpServer(
            new HttpServer.Listen(
                "127.0.0.1", 0, guard, TlsFiles.of(new TlsSettings(certificate, key)).tls()),
            api.services);
    port = server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
    guard.close();
    api.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:%d%s".formatted(port, path)));
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void filesGoUpAndDownOverBothVersions(HttpClient.Version version) throws Exception {
    String key = api.createKey("default", Scope.WRITE, null);
    byte[] noise = new byte[5 << 20];
    new Random(7).nextBytes(noise);
    String text = new String(noise, StandardCharsets.ISO_8859_1);
    String form = TestApi.form(TestApi.field("purpose", "vision"), TestApi.file("noise.png", text));
    try (var client = HttpClient.newBuilder().sslContext(trusting).version(version).build()) {
      assertThat(client.send(request("/v1/files").build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
      HttpResponse<byte[]> created =
          client.send(
              request("/v1/files")
                  .header("Authorization", "Bearer " + key)
                  .header("Content-Type", "multipart/form-data; boundary=" + TestApi.BOUNDARY)
                  .POST(BodyPublishers.ofByteArray(form.getBytes(StandardCharsets.ISO_8859_1)))
                  .build(),
              BodyHandlers.ofByteArray());
      String id = TestApi.json(created).get("id").asString();

      HttpResponse<byte[]> content =
          client.send(
              request("/v1/files/" + id + "/content")
                  .header("Authorization", "Bearer " + key)
                  .build(),
              BodyHandlers.ofByteArray());

      assertThat(content.version()).isEqualTo(version);
      assertThat(content.body()).isEqualTo(noise);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void ownPagesMayCallAndOthersMayNot(HttpClient.Version version) throws Exception {
    try (var client = HttpClient.newBuilder().sslContext(trusting).version(version).build()) {
      assertThat(status(client, "https://localhost:" + port)).isEqualTo(200);
      assertThat(status(client, "http://localhost:" + port)).isEqualTo(403);
      assertThat(status(client, "https://evil.example")).isEqualTo(403);
    }
  }

  private int status(HttpClient client, String origin) throws Exception {
    return client
        .send(request("/v1/files").header("Origin", origin).build(), BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void clientThatNeverShakesHandsIsLetGo() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertEnds(socket);
    }
  }

  @Test
  void clientThatIsSilentAfterTheHandshakeIsLetGo() throws Exception {
    try (Socket socket = connect()) {
      assertEnds(socket);
    }
  }

  @Test
  void clientThatStopsInItsBodyIsLetGo() throws Exception {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 100\r\n\r\n{");
      assertEnds(socket);
    }
  }

  @Test
  void clientThatSpeaksPlainlyIsLetGoAndTheServerGoesOn() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      send(socket, "GET /v1/files HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEnds(socket);
    }
    try (var client = HttpClient.newBuilder().sslContext(trusting).build()) {
      assertThat(client.send(request("/v1/files").build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void clientThatDoesNotTrustTheCertificateIsNotServed() throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> client.send(request("/").build(), BodyHandlers.discarding()))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  private Socket connect() throws IOException {
    var socket = (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port);
    socket.startHandshake();
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The connection ends, and not because we give up. */
  private static void assertEnds(Socket socket) throws IOException {
    socket.setSoTimeout(LIMIT_MILLIS);
    try {
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // What is sent before the end is not looked at.
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException _) {
      // Cut off, which is an end.
    }
  }
}
