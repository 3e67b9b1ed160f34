package dev.nightjar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.Bytes;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("F1")
class OwnWordsTest {
  private static final OwnWords WORDS = new OwnWords(List.of("tok.en+1/operator"), "gpu-7.example");

  /** What gateways and engines say, and how it is shown. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Incorrect API key provided: sk-proj-********************wXyZ. You can find your API key at https://platform.openai.com/account/api-keys. | Incorrect API key provided: *** You can find your API key at ***
          litellm.APIConnectionError: APIConnectionError: OpenAIException - Connection error.. Received Model Group=llama | litellm.APIConnectionError: APIConnectionError: OpenAIException - Connection error.. Received Model Group=llama
          Authentication Error, Invalid proxy server token passed. Received API Key = sk-...1234, Key Hash (Token) =88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b. | Authentication Error, Invalid proxy server token passed. Received API Key = ***, Key Hash (Token) =***.
          Cannot connect to host 10.12.0.3:8000 ssl:default [Connect call failed ('10.12.0.3', 8000)] | Cannot connect to host *** ssl:default [Connect call failed ('***', 8000)]
          dial tcp [fd00:1234::7]:8000: connect: connection refused | dial tcp ***: connect: connection refused
          dial tcp [::1]:11434: connect: connection refused | dial tcp ***: connect: connection refused
          getaddrinfo ENOTFOUND vllm.prod.svc.cluster.local | getaddrinfo ENOTFOUND ***
          upstream vllm-router:8000 said no, so did localhost:11434 and gpu-7.example | upstream *** said no, so did *** and ***
          invalid header: Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig | invalid header: Authorization: Bearer ***
          The key tok.en+1/operator is disabled | The key *** is disabled
          API key not valid: AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY | API key not valid: ***
          No deployments available for selected model, Try again in 5 seconds. Passed model=gpt-4.1-mini. | No deployments available for selected model, Try again in 5 seconds. Passed model=gpt-4.1-mini.
          This model's maximum context length is 8192 tokens (max_tokens:4096, at 12:30:45). | This model's maximum context length is 8192 tokens (max_tokens:4096, at 12:30:45).
          Request abc-123e4567-e89b-12d3-a456-426614174000 failed in std::vector<int>::at | Request abc-123e4567-e89b-12d3-a456-426614174000 failed in std::vector<int>::at
          model Qwen/Qwen2.5-7B-Instruct-AWQ-with-a-long-name-v20250101 not found | model Qwen/Qwen2.5-7B-Instruct-AWQ-with-a-long-name-v20250101 not found
          {"password": "hunter22", "user": "a"} | {"password": "***", "user": "a"}
          """)
  void addressesAndKeysAreHidden(String said, String shown) {
    assertThat(WORDS.quote(said)).isEqualTo(shown);
  }

  /** Pages as they come. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.25.3</center>\r\n</body>\r\n</html>` | 502 Bad Gateway
          `<!DOCTYPE html>\n<html lang="en-US"><head><title>Just a moment...</title><meta http-equiv="refresh" content="390">` | Just a moment...
          `<!doctype html><html><head><title>\n  Sign in &middot; Acme SSO\n</title><script>var k='x'</script></head>` | Sign in &middot; Acme SSO
          `<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>` | 503 Service Unavailable
          `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>` | AccessDenied Access Denied
          `<html><head><style>p{}</style></head><body><p>gone from 10.0.0.1` | gone from ***
          """)
  void pageIsQuotedByItsTitle(String page, String shown) {
    String html = page.replace("\\r", "\r").replace("\\n", "\n");

    assertThat(WORDS.quotePage(html)).isEqualTo(shown);
  }

  @Test
  void quoteIsOneLineOfAtMost200Characters() {
    String quote = WORDS.quote(" a\r\nb\u2028c\u0007\u202ed " + "\ud83d\ude00".repeat(5_000));

    assertThat(quote).startsWith("a b c d \ud83d\ude00").endsWith("\ud83d\ude00\u2026");
    assertThat(quote.codePointCount(0, quote.length())).isEqualTo(200);
    assertThat(WORDS.quote(" \n ")).isEmpty();
  }

  @Test
  void bodyThatRepeatsTheKeyLosesIt() {
    Bytes body = Bytes.utf8("{\"error\":\"tok.en+1/operator at 10.0.0.1\"}");

    assertThat(WORDS.withoutKey(body).utf8()).isEqualTo("{\"error\":\"*** at 10.0.0.1\"}");
    assertThat(OwnWords.ANY.withoutKey(body)).isSameAs(body);
  }

  /** Whatever is sent, within milliseconds. */
  @Test
  void longWordsTakeNoLongTime() {
    long begun = System.nanoTime();
    for (String piece : List.of("a.", "1.", "a:", "::", "<h1>", "<head>", "sk-", "a-", "a1", "=")) {
      var _ = WORDS.quote(piece.repeat(500_000));
      var _ = WORDS.quotePage("<" + piece.repeat(500_000));
      var _ = WORDS.masked(piece.repeat(700));
    }

    assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L);
  }
}
