package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.AnswerBody;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.Preset;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What engines and gateways answer, as they do, and what it looks like. */
@Tag("F1")
class KindsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          REFUSED   | 400 | {"error":{"message":"This model's maximum context length is 8192 tokens","type":"BadRequestError","param":null,"code":400}}
          REFUSED   | 400 | {"object":"error","message":"bad","type":"BadRequestError","param":null,"code":400}
          REFUSED   | 422 | {"detail":[{"loc":["body","messages"],"msg":"field required"}]}
          REFUSED   | 413 | Payload Too Large
          REFUSED   | 501 | {"error":{"code":501,"message":"This server does not support embeddings","type":"not_supported_error"}}
          BROKEN    | 501 | Not Implemented
          ASTRAY    | 400 | <html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>
          ASTRAY    | 413 | <html><head><title>413 Request Entity Too Large</title></head></html>
          ASTRAY    | 400 | ``
          ASTRAY    | 404 | {"error":{"message":"The model `x` does not exist.","type":"NotFoundError","code":404}}
          ASTRAY    | 404 | {"detail":"Not Found"}
          ASTRAY    | 405 | {"detail":"Method Not Allowed"}
          ASTRAY    | 302 | <a href="/login">Found</a>
          ASTRAY    | 402 | {"error":{"message":"Insufficient credits","code":402}}
          ASTRAY    | 429 | {"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}
          ASTRAY    | 400 | {"error":{"message":"Budget has been exceeded!","type":"budget_exceeded","param":null,"code":"400"}}
          DENIED    | 401 | {"error":{"message":"Incorrect API key provided: sk-***","type":"invalid_request_error","code":"invalid_api_key"}}
          DENIED    | 403 | <html><head><title>Attention Required! | Cloudflare</title></head></html>
          THROTTLED | 429 | {"error":"Model is overloaded","error_type":"overloaded"}
          THROTTLED | 429 | <html><head><title>429 Too Many Requests</title></head></html>
          THROTTLED | 529 | {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
          THROTTLED | 503 | {"error":{"message":"The request queue is full.","type":"Service Unavailable","code":503}}
          THROTTLED | 503 | {"object":"error","message":"The request is aborted by a higher priority request.","type":"ServiceUnavailable","code":503}
          THROTTLED | 503 | {"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error","param":null,"code":null}}
          THROTTLED | 503 | {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}
          BROKEN    | 503 | {"error":{"message":"no healthy deployment","type":"None","param":"None","code":"503"}}
          BROKEN    | 503 | <html><head><title>503 Service Temporarily Unavailable</title></head></html>
          BROKEN    | 503 | upstream connect error or disconnect/reset before headers. reset reason: connection failure
          BROKEN    | 502 | <html><head><title>502 Bad Gateway</title></head></html>
          BROKEN    | 524 | error code: 524
          BROKEN    | 500 | {"error":{"message":"Internal Server Error","type":"InternalServerError","code":500}}
          BROKEN    | 408 | {"error":{"message":"Request timed out"}}
          REFUSED   | 400 | [{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]
          """)
  void answersOfEnginesAndGateways(Kind expected, int status, String text) {
    Bytes bytes = Bytes.utf8(text);
    var kinds = new Kinds(Preset.NONE);
    Optional<AnswerBody> body = AnswerBody.read(bytes);

    assertThat(body.map(json -> kinds.of(status, json)).orElseGet(() -> kinds.of(status, bytes)))
        .isEqualTo(expected);
  }

  /** In a body that came with 200. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          429 | {"error":{"message":"Rate limited","code":429,"metadata":{"provider_name":"x"}}}
          502 | {"id":"gen-1","error":{"code":502,"message":"Provider returned error"}}
          429 | {"error":{"message":"x","type":"requests","code":"rate_limit_exceeded"}}
          400 | {"object":"error","message":"too long","type":"invalid_request_error","code":null}
          400 | {"object":"error","message":"too long","type":"BadRequestError","code":400}
          500 | {"error":{"message":"x","code":"500"}}
            0 | {"error":"something broke"}
            0 | {"error":{}}
          """)
  void errorsThatCameWith200(int status, String text) {
    AnswerBody body = AnswerBody.read(Bytes.utf8(text)).orElseThrow();

    assertThat(body.isError()).isTrue();
    assertThat(Kinds.statusOf(body).orElse(0)).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"choices":[{"message":{"content":"x"}}],"error":{"message":"cut off"}}
          {"object":"response","status":"failed","error":{"code":"server_error","message":"x"}}
          {"object":"response","status":"failed","error":{"code":"server_error"},"output":[]}
          {"data":[],"error":{"code":500}}
          {"results":[],"object":"error"}
          {"error":null}
          {"error":false,"text":"x"}
          {"errors":{"code":500}}
          {}
          [{"embedding":[1.0],"error":null}]
          """)
  void answersAreNoErrors(String text) {
    assertThat(AnswerBody.read(Bytes.utf8(text)).orElseThrow().isError()).isFalse();
  }

  @Test
  void presetKnowsWhatItsKindSaysWhenItIsBusy() {
    AnswerBody loading = AnswerBody.read(Bytes.utf8("{\"error\":\"Loading model\"}")).orElseThrow();

    assertThat(new Kinds(Preset.named("llamacpp").orElseThrow()).of(503, loading))
        .isEqualTo(Kind.THROTTLED);
    assertThat(new Kinds(Preset.named("openai").orElseThrow()).of(503, loading))
        .isEqualTo(Kind.BROKEN);
  }
}
