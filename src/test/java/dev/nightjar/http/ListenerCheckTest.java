package dev.nightjar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.http.connection.TlsFiles;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.TestApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
@Tag("K2")
class ListenerCheckTest {
  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(1);

  @TempDir private Path directory;
  private final CompletableFuture<Throwable> gone = new CompletableFuture<>();
  private final ListenerCheck check = new ListenerCheck(gone::complete);
  private TestApi api;

  @BeforeEach
  void start() throws Exception {
    api = new TestApi(directory);
  }

  @AfterEach
  void stop() {
    check.close();
    api.close();
  }

  @Test
  void listenerThatAnswersIsSeenToAndOneThatHasEndedIsTold() throws Exception {
    api.server.startCheck(check);
    awaitAnswer();
    assertThat(gone).isNotDone();

    api.server.stop();

    assertThat(gone.get(LIMIT_NANOS, TimeUnit.NANOSECONDS))
        .hasMessage("nothing listens on /127.0.0.1:%d".formatted(api.port));
  }

  @Test
  void listenerOverTlsIsSeenToWhoeverSignedItsCertificate() throws Exception {
    KeyStore store = Certificates.make("EC", "dns:elsewhere.example");
    Path certificate =
        Files.writeString(directory.resolve("cert.pem"), Certificates.certificatePem(store));
    Path key = Files.writeString(directory.resolve("key.pem"), Certificates.keyPem(store));
    var tls = TlsFiles.of(new TlsSettings(certificate, key)).tls();
    var server = new HttpServer(new HttpServer.Listen("127.0.0.1", 0, null, tls), api.services);
    server.start();
    try {
      server.startCheck(check);
      awaitAnswer();
    } finally {
      check.close();
      server.stop();
    }
  }

  private void awaitAnswer() {
    long limit = System.nanoTime() + LIMIT_NANOS;
    while (check.answers() == 0) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(5_000_000L);
    }
  }
}
