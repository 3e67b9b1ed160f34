package dev.nightjar.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTargetTest {
  private static final URI URL = URI.create("http://h/v1");

  @Test
  void keyIsNotShown() {
    assertThat(new UpstreamTarget("a", URL, "sk-secret", 3).toString())
        .contains("a", "http://h/v1")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sk-secret\n", "sk secret", "sk-sécret"})
  void keyThatNoHeaderCanCarryIsRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UpstreamTarget("a", URL, key, 3))
        .withMessage("the API key of upstream a must be visible ASCII without spaces or line ends");
  }

  @Test
  void upstreamWithoutConnectionsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UpstreamTarget("a", URL, null, 0))
        .withMessage("upstream a needs at least 1 connection, not 0");
  }
}
