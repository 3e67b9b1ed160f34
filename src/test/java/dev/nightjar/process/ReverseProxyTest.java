package dev.nightjar.process;

import static dev.nightjar.testing.ServerFixture.awaitThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.Ran;
import dev.nightjar.RunningServer;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real proxies before a real server, set up as docs/operating.md shows it. */
@Tag("full")
@Tag("H3")
class ReverseProxyTest {
  private static final int LARGE = 300 << 20;

  /** The way is the same: -Dproxies.mib=300 has all of them pass the large one. */
  private static final int LESS = Integer.getInteger("proxies.mib", 48) << 20;

  private static final int SMALL = 1 << 19;
  private static final int PIECE = 1 << 20;
  private static final String BOUNDARY = "boundary";

  @TempDir Path folder;
  private RunningServer server;
  private SSLContext trusting;
  private int port;
  private @Nullable Process proxy;

  @BeforeEach
  void start() throws Exception {
    KeyStore store = Certificates.make("EC", "dns:localhost");
    trusting = Certificates.trusting(store);
    String certificate = Certificates.certificatePem(store);
    Files.writeString(folder.resolve("cert.pem"), certificate);
    Files.writeString(folder.resolve("key.pem"), Certificates.keyPem(store));
    Files.writeString(folder.resolve("both.pem"), certificate + Certificates.keyPem(store));
    port = freePort();
    server =
        RunningServer.start(
            ServerFixture.settings(folder.resolve("data"), "http://127.0.0.1:9/v1", 1));
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (proxy != null) {
      proxy.destroy();
      if (!proxy.waitFor(10, TimeUnit.SECONDS)) {
        proxy.destroyForcibly();
      }
    }
    server.close();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** What the page shows, with the places of this test. */
  private String documented(String language) throws IOException {
    String page = Files.readString(Path.of("docs/operating.md"));
    Matcher block = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(page);
    assertThat(block.find()).as(language).isTrue();
    return block
        .group(1)
        .replace("127.0.0.1:8080", "127.0.0.1:" + server.port())
        .replace("listen 443", "listen 127.0.0.1:" + port)
        .replace("bind :443", "bind 127.0.0.1:" + port)
        .replace("batch.example.com {", "https://localhost:%d {".formatted(port))
        .replace("batch.example.com", "localhost")
        .replace("/etc/ssl/batch.pem", folder.resolve("cert.pem").toString())
        .replace("/etc/ssl/batch.key", folder.resolve("key.pem").toString())
        .replace("/etc/ssl/batch-and-key.pem", folder.resolve("both.pem").toString());
  }

  private void startProxy(String name) throws IOException {
    switch (name) {
      case "nginx" -> startNginx(documented("nginx"));
      case "caddy" -> {
        String options = "{\n  admin off\n  auto_https disable_redirects\n}\n";
        Path file =
            Files.writeString(folder.resolve("Caddyfile"), options + documented(name + "file"));
        run("caddy", "run", "--adapter", "caddyfile", "--config", file.toString());
      }
      case "haproxy" -> {
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), documented(name));
        run("haproxy", "-db", "-f", file.toString());
      }
      default -> throw new IllegalArgumentException(name);
    }
  }

  private void startNginx(String servers) throws IOException {
    var paths = new StringBuilder();
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      paths.append("  %s_temp_path %s;\n".formatted(kind, folder.resolve(kind)));
    }
    Path file =
        Files.writeString(
            folder.resolve("nginx.conf"),
            "daemon off;\nuser %s;\npid %s;\nevents {}\nhttp {\n  access_log off;\n%s%s}\n"
                .formatted(System.getProperty("user.name"), folder.resolve("pid"), paths, servers));
    String log = folder.resolve("error.log").toString();
    run("nginx", "-c", file.toString(), "-e", log, "-g", "error_log " + log + ";");
  }

  private void run(String... command) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().merge("PATH", ":/usr/sbin", String::concat);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    Path output = folder.resolve("proxy.log");
    Process started = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    proxy = started;
    awaitThat(() -> isListening() || !started.isAlive());
    assertThat(started.isAlive()).as(Files.readString(output)).isTrue();
  }

  private boolean isListening() {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private String createKey() {
    Ran made = Ran.nightjar("keys", "create", "--data", folder.resolve("data").toString());
    assertThat(made.code()).as(made.err()).isZero();
    return made.out().strip();
  }

  private HttpClient client() {
    return HttpClient.newBuilder().sslContext(trusting).build();
  }

  private static HttpRequest.Builder request(String url, @Nullable String key) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private static int status(HttpClient client, String url, @Nullable String key) throws Exception {
    return client.send(request(url, key).build(), BodyHandlers.discarding()).statusCode();
  }

  private Path noise(int bytes) throws IOException {
    var random = new Random(bytes);
    var piece = new byte[PIECE];
    Path file = folder.resolve("noise");
    try (var out = Files.newOutputStream(file)) {
      for (int left = bytes; left > 0; left -= PIECE) {
        random.nextBytes(piece);
        out.write(piece, 0, Math.min(left, PIECE));
      }
    }
    return file;
  }

  private static HttpResponse<String> upload(HttpClient client, String base, String key, Path file)
      throws Exception {
    String part = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=";
    BodyPublisher form =
        BodyPublishers.concat(
            BodyPublishers.ofString(part + "\"purpose\"\r\n\r\nvision\r\n"),
            BodyPublishers.ofString(part + "\"file\"; filename=\"noise.png\"\r\n\r\n"),
            BodyPublishers.ofFile(file),
            BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
    return client.send(
        request(base + "/files", key)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(form)
            .build(),
        BodyHandlers.ofString());
  }

  private void assertComesBack(HttpClient client, String base, String key, Path file)
      throws Exception {
    HttpResponse<String> created = upload(client, base, key, file);
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    String id = Json.read(created.body()).path("id").asString();
    assertDownloads(client, base + "/files/" + id + "/content", key, file);
  }

  private void assertDownloads(HttpClient client, String url, String key, Path file)
      throws Exception {
    Path back = folder.resolve("back");
    assertThat(client.send(request(url, key).build(), BodyHandlers.ofFile(back)).statusCode())
        .isEqualTo(200);
    assertThat(Files.mismatch(file, back)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "caddy", "haproxy"})
  void documentedBlockPassesLargeFilesAndAsksForKeys(String name) throws Exception {
    startProxy(name);
    String base = "https://localhost:%d/batch/v1".formatted(port);
    try (HttpClient client = client()) {
      assertThat(status(client, base + "/files", null)).as("no key yet").isEqualTo(403);
      String key = createKey();
      assertThat(status(client, base + "/files", null)).isEqualTo(401);
      assertThat(status(client, base + "/files", key)).isEqualTo(200);

      assertComesBack(client, base, key, noise(name.equals("nginx") ? LARGE : LESS));
    }
  }

  @Test
  void nginxPassesFilesByItsDefaultsUpToItsOwnLimit() throws Exception {
    String at = "  server {\n    listen 127.0.0.1:%d;\n    location / {\n".formatted(port);
    startNginx(at + "      proxy_pass http://127.0.0.1:%d;\n    }\n  }\n".formatted(server.port()));
    String key = createKey();
    String base = "http://localhost:%d/v1".formatted(port);
    String direct = "http://127.0.0.1:%d/v1".formatted(server.port());
    try (HttpClient client = client()) {
      assertThat(status(client, base + "/files", null)).isEqualTo(401);
      assertComesBack(client, base, key, noise(SMALL));
      Path large = noise(LESS);
      String id = Json.read(upload(client, direct, key, large).body()).path("id").asString();

      assertDownloads(client, base + "/files/" + id + "/content", key, large);
      assertThat(upload(client, base, key, noise(4 * SMALL)).statusCode()).isEqualTo(413);
    }
  }
}
