package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://a.example, a.example, 443, a.example, /",
    "http://a.example:8080/x/y?z=1, a.example, 8080, a.example:8080, /x/y?z=1",
    "HTTPS://[2001:db8::1]:9/h, 2001:db8::1, 9, [2001:db8::1]:9, /h",
    "http://10.0.0.1?q, 10.0.0.1, 80, 10.0.0.1, /?q"
  })
  void partsAreWhatARequestNeeds(
      String text, String host, int port, String authority, String target) {
    WebhookUrl url = WebhookUrl.parse(text);

    assertThat(url.host()).isEqualTo(host);
    assertThat(url.port()).isEqualTo(port);
    assertThat(url.authority()).isEqualTo(authority);
    assertThat(url.target()).isEqualTo(target);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://a.example/, https://",
    "a.example/hook, https://",
    "file:///etc/passwd, https://",
    "https:///hook, no URL|host",
    "https:a, host",
    "https://user:word@a.example/, user name",
    "https://user@a.example/, user name",
    "https://a.example/#part, fragment",
    "https://a.example:0/, port",
    "https://a.example:70000/, port",
    "https://a b.example/, URL",
    "https://ex%61mple.com/, host",
    "https://b\u00fccher.example/, host"
  })
  void otherUrlsAreRefusedWithTheReason(String text, String reason) {
    assertThatThrownBy(() -> WebhookUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .containsPattern(reason);
  }

  @Test
  @Tag("H3")
  void namesWithAnUnderscoreAreTaken() {
    WebhookUrl url = WebhookUrl.parse("http://compose_hooks_1:8080/hook");

    assertThat(url.host()).isEqualTo("compose_hooks_1");
    assertThat(url.authority()).isEqualTo("compose_hooks_1:8080");
    assertThatThrownBy(() -> WebhookUrl.parse("http://user:word@compose_hooks_1/"))
        .hasMessageContaining("user name");
  }

  @Test
  @Tag("H2")
  void characterThatHasNoPlaceInItIsNamed() {
    assertThatThrownBy(() -> WebhookUrl.parse("https://a.example/a b"))
        .hasMessage("It is no URL: ' ' has no place at character 20.");
  }

  @Test
  void lengthIsBounded() {
    String longest = "https://a.example/" + "x".repeat(2_000 - 18);

    assertThat(WebhookUrl.parse(longest).host()).isEqualTo("a.example");
    assertThatThrownBy(() -> WebhookUrl.parse(longest + "x")).hasMessageContaining("2000");
  }
}
