package dev.nightjar.http.access;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.api.ApiError;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("K5")
class WebPageGuardTest {
  private static final WebPageGuard LOOPBACK = new WebPageGuard(true, Set.of("batch.example"));
  private static final WebPageGuard OPEN = new WebPageGuard(false, Set.of("batch.example"));

  private static void check(
      WebPageGuard guard, String scheme, String authority, @Nullable String origin) {
    guard.checkHost(authority);
    guard.checkOrigin(scheme, authority, origin);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080,",
    "LocalHost,",
    "127.0.0.1:1,",
    "127.1.2.3:65535,",
    "[::1]:8080,",
    "batch.example:8080,",
    "Batch.Example,",
    "batch.localhost:8080,",
    "gpu-1.internal,",
    "batch.example, https://batch.example",
    "localhost:8080, http://localhost:8080",
    "localhost:8080, http://LOCALHOST:8080",
    "[::1]:8080,     http://[::1]:8080",
  })
  void thisMachineMayCall(String authority, @Nullable String origin) {
    assertThatCode(() -> check(LOOPBACK, "http", authority, origin)).doesNotThrowAnyException();
  }

  @Test
  void overTlsItsOwnPagesAreThoseOfHttps() {
    assertThatCode(() -> check(LOOPBACK, "https", "localhost:8443", "https://localhost:8443"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> check(LOOPBACK, "https", "localhost:8443", "http://localhost:8443"))
        .isInstanceOf(ApiError.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'',",
    "evil.example,",
    "localhost.evil.example:8080,",
    "127.0.0.1.evil.example,",
    "192.168.1.2:8080,",
    "user@localhost,",
    "localhost:8080:8080,",
    "gpu-1:8080,",
    "gpu-1.local,",
    "batch.example, https://batch.example:8443",
    "batch.example, https://evil.example",
    "localhost:8080, http://evil.example",
    "localhost:8080, http://localhost:3000",
    "localhost:8080, http://127.0.0.1:8080",
    "localhost:8080, https://localhost:8080",
    "localhost:8080, null",
  })
  void othersMayNot(String authority, @Nullable String origin) {
    assertThatThrownBy(() -> check(LOOPBACK, "http", authority, origin))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("this machine only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3:8080",
        "203.0.113.9",
        "[fd00::1]:8080",
        "localhost:8080",
        "gpu-1:8080",
        "night_jar",
        "batch.example:443",
        "nightjar.ns.svc:8080",
        "nightjar.ns.svc.cluster.local",
        "gpu-1.internal:8080",
        "gpu-1.local",
        "batch.localhost",
      })
  void openServerIsReachedByNamesThatNoAttackerCanHave(String authority) {
    assertThatCode(() -> OPEN.checkHost(authority)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example:8080",
        "10.1.2.3.evil.example",
        "batch.example.evil.example",
        "evil.example.",
        "evil.example/.local",
        "local.example",
        "a@10.1.2.3",
        "",
      })
  void openServerIsNotReachedByAnyOther(String authority) {
    assertThatThrownBy(() -> OPEN.checkHost(authority))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("start it with --allow-host");
  }

  @Test
  void pagesMayNotCallAnOpenServer() {
    assertThatThrownBy(() -> check(OPEN, "http", "10.1.2.3:8080", "http://evil.example"))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("not to web pages");
  }
}
