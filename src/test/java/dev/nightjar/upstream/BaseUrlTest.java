package dev.nightjar.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {
  @ParameterizedTest
  @CsvSource({
    "http://h:8000,                /v1/chat/completions, /v1/chat/completions",
    "http://h:8000/,               /v1/chat/completions, /v1/chat/completions",
    "http://h:8000/v1,             /v1/chat/completions, /v1/chat/completions",
    "http://h:8000/v1/,            /v1/chat/completions, /v1/chat/completions",
    "http://h:8000/v1//,           /v1/chat/completions, /v1/chat/completions",
    "https://x/openai/v1,          /v1/embeddings,       /openai/v1/embeddings",
    "https://x/openai,             /v1/embeddings,       /openai/v1/embeddings",
    "https://x/v1beta/openai/,     /v1/chat/completions, /v1beta/openai/chat/completions",
    "https://x/api/paas/v4,        /v1/chat/completions, /api/paas/v4/chat/completions",
    "https://x/vllm,               /v1/models,           /vllm/v1/models",
    "http://h:8000/v1,             /score,               /score",
    "http://h:8000,                /score,               /score",
    "https://x/openai/v1,          /rerank,              /openai/rerank",
    "https://x/a%20b/v1,           /v1/models,           /a%20b/v1/models",
  })
  void lineUrlIsJoined(URI base, String lineUrl, String path) {
    assertThat(BaseUrl.of(base).join(lineUrl)).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "http://h,             h,            h,         80,   http://h",
    "HTTPS://h/v1,         h,            h,         443,  https://h",
    "http://h:8000/v1,     h:8000,       h,         8000, http://h:8000",
    "http://[::1]:8000/v1, [::1]:8000,   ::1,       8000, http://[::1]:8000",
    "http://vllm_gpu-1:80, vllm_gpu-1:80, vllm_gpu-1, 80, http://vllm_gpu-1:80",
    "http://127.0.0.1,     127.0.0.1,    127.0.0.1, 80,   http://127.0.0.1",
  })
  void hostIsTakenOut(URI url, String authority, String host, int port, String shown) {
    var base = BaseUrl.of(url);

    assertThat(base.authority()).isEqualTo(authority);
    assertThat(base.hostName()).isEqualTo(host);
    assertThat(base.port()).isEqualTo(port);
    assertThat(base).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8000,        must begin with http:// or https://",
    "ftp://h/v1,            must begin with http:// or https://",
    "/v1,                   must begin with http:// or https://",
    "http:///v1,            must name a host",
    "http://h_ost:99999,    must have a port of at most 65535",
    "http://h!ost:80,       must name a host",
    "http://h:99999,        must have a port of at most 65535",
    "http://h/v1?a=b,       must end with its path",
    "http://h/v1#a,         must end with its path",
  })
  void badUrlIsRefused(URI url, String rule) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BaseUrl.of(url))
        .withMessage("upstream URL \"%s\" %s", url, rule);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:secret@h/v1", "http://secret@h/v1"})
  void passwordIsRefusedAndNotRepeated(URI url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BaseUrl.of(url))
        .withMessage("upstream URL \"http://***@h/v1\" must not hold a user or password");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1/models", "", "/v1/a b", "/v1/a\r\nX: y", "/v1/é"})
  void badLineUrlIsRefused(String lineUrl) {
    var base = BaseUrl.of(URI.create("http://h"));

    assertThatIllegalArgumentException().isThrownBy(() -> base.join(lineUrl));
  }
}
