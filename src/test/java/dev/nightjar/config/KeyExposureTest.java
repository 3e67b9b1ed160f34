package dev.nightjar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("K5")
class KeyExposureTest {
  private static final String PUBLIC = "http://93.184.216.34:8000/v1";

  private static UpstreamSettings upstream(String url, @Nullable String key) {
    return new UpstreamSettings("gpu", url, key, Set.of(), 1);
  }

  @Test
  void keyThatCrossesTheInternetInTheClearIsSaid() {
    assertThat(KeyExposure.warning(upstream(PUBLIC, "sk-secret")))
        .hasValue(
            "the key of gpu (%s) goes over plain HTTP, where whoever is between can read it: use https"
                .formatted(PUBLIC));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://93.184.216.34/v1",
        "http://127.0.0.1:8000/v1",
        "http://localhost:8000",
        "http://10.1.2.3:8000/v1",
        "http://192.168.1.2/v1",
        "http://[::1]:8000/v1",
        "http://[fd00::1]:8000/v1",
      })
  void keyThatIsEncryptedOrStaysInANetworkOfOursIsNot(String url) {
    assertThat(KeyExposure.warning(upstream(url, "sk-secret"))).isEmpty();
  }

  @Test
  void withoutAKeyThereIsNothingToSay() {
    assertThat(KeyExposure.warning(upstream(PUBLIC, null))).isEmpty();
  }
}
