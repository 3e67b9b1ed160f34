package dev.nightjar.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.api.ApiError;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopbackGuardTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:8080,",
    "LocalHost,",
    "127.0.0.1:1,",
    "127.1.2.3:65535,",
    "[::1]:8080,",
    "localhost:8080, http://localhost:8080",
    "localhost:8080, http://LOCALHOST:8080",
    "[::1]:8080,     http://[::1]:8080",
  })
  void thisMachineMayCall(String authority, @Nullable String origin) {
    assertThatCode(() -> LoopbackGuard.check("http", authority, origin)).doesNotThrowAnyException();
  }

  @Test
  void overTlsItsOwnPagesAreThoseOfHttps() {
    assertThatCode(() -> LoopbackGuard.check("https", "localhost:8443", "https://localhost:8443"))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> LoopbackGuard.check("https", "localhost:8443", "http://localhost:8443"))
        .isInstanceOf(ApiError.class);
  }

  @ParameterizedTest
  @CsvSource({
    ",",
    "evil.example,",
    "localhost.evil.example:8080,",
    "127.0.0.1.evil.example,",
    "192.168.1.2:8080,",
    "localhost:8080, http://evil.example",
    "localhost:8080, http://localhost:3000",
    "localhost:8080, http://127.0.0.1:8080",
    "localhost:8080, https://localhost:8080",
    "localhost:8080, null",
  })
  void othersMayNot(@Nullable String authority, @Nullable String origin) {
    assertThatThrownBy(() -> LoopbackGuard.check("http", authority, origin))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("this machine only");
  }
}
