package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.upstream.OwnWords;
import dev.nightjar.upstream.Preset;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import dev.nightjar.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JudgeTest {
  private static final AnswerLine LINE =
      new AnswerLine(new BatchId("batch_0123456789abcdef0123456789abcdef"), 0, Bytes.utf8("\"a\""));
  private static final String REFUSAL = "{\"error\":{\"message\":\"no\",\"code\":\"c\"}}";
  private static final int NO_MEMORY = 20_000;

  private static final Upstream VLLM =
      new Named("vllm", Preset.NONE, new OwnWords(List.of("our-secret-key"), "gpu-1"));

  private static final EngineLimits LIMITS =
      EngineLimits.defaults().withRequestTimeout(Duration.ofMillis(1_500));

  @TempDir private Path directory;
  private FileObjectStore objects;

  @BeforeEach
  void open() throws IOException {
    objects = new FileObjectStore(directory);
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 299})
  void successIsFinal(int status) throws IOException {
    CallOutcome attempt = answered(status, "{\"usage\":{\"prompt_tokens\":3}}");

    assertThat(attempt).isInstanceOf(CallOutcome.Answered.class);
    assertThat(answer(attempt).isSuccess()).isTrue();
    assertThat(answer(attempt).usage()).isEqualTo(new Usage(3, 0, 0, 0));
  }

  @Test
  void spooledSuccessIsFinalAndNamesItsSpool() throws IOException {
    String body = "{\"a\":\"" + "x".repeat(NO_MEMORY) + "\"}";

    CallOutcome attempt = answered(200, body);

    assertThat(attempt).isInstanceOf(CallOutcome.Answered.class);
    assertThat(answer(attempt).spool()).isEqualTo("spool/1");
    assertThat(answer(attempt).spoolBytes()).isEqualTo(body.length());
    assertThat(objects.list("spool/1")).hasSize(1);
  }

  @Test
  void arrayIsAnAnswer() throws IOException {
    String body = "[{\"index\":0,\"embedding\":[0.5]},{\"index\":1}]";

    CallOutcome attempt = answered(200, body);

    assertThat(attempt).isInstanceOf(CallOutcome.Answered.class);
    assertThat(answer(attempt).isSuccess()).isTrue();
    assertThat(parsed(attempt).at("/response/body").toString()).isEqualTo(body);
    assertThat(answered(200, "[]")).isInstanceOf(CallOutcome.Answered.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>ok</html>", "[", "{} x", "{\"a\":", "data: {}\n\n"})
  void successWithoutJsonIsNoAnswer(String body) throws IOException {
    CallOutcome attempt = answered(200, body);

    assertThat(failure(attempt).kind()).isEqualTo(body.startsWith("<") ? Kind.ASTRAY : Kind.BROKEN);
    assertThat(answer(attempt).isSuccess()).isFalse();
    JsonNode line = parsed(attempt);
    assertThat(line.get("response").isNull()).isTrue();
    assertThat(line.at("/error/code").stringValue()).isEqualTo("invalid_response");
    assertThat(line.at("/error/message").stringValue())
        .contains(body.isEmpty() ? "it was empty" : "It begins with: " + body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"logprob\":NaN} | (byte 12: NaN is no number of JSON). It begins with: {\"logprob\":NaN}",
        "[{\"a\":-Infinity}] | (byte 7: -Infinity is no number of JSON). It",
        "{\"a\":None} | (byte 6: None is Python's). It",
        "{\"a\":\"x | (byte 8: it ends in the middle of a string). It",
        "{\"a\":\"grün\"} | (byte 9: the byte 0xFC is not UTF-8). It",
      })
  @Tag("H2")
  void successThatIsAlmostJsonSaysWhereItIsNot(String body, String said) throws IOException {
    byte[] latin1 = body.getBytes(StandardCharsets.ISO_8859_1);
    CallOutcome attempt = judged(new Answered(200, null, null), latin1, VLLM);

    assertThat(parsed(attempt).at("/error/message").stringValue())
        .startsWith("The upstream answered 200 with something that is not JSON " + said);
  }

  @Test
  void spooledSuccessWithoutJsonShowsItsBeginning() throws IOException {
    CallOutcome attempt = answered(200, "<html>" + "x".repeat(NO_MEMORY));

    assertThat(failure(attempt).kind()).isEqualTo(Kind.ASTRAY);
    assertThat(parsed(attempt).at("/error/message").stringValue())
        .endsWith("It begins with: <html>" + "x".repeat(194));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void whatIsAskedForIsRefused(int status) throws IOException {
    refused(Kind.REFUSED, status);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 402, 404, 405})
  void upstreamThatIsNotWhatWasMeantIsAstray(int status) throws IOException {
    refused(Kind.ASTRAY, status);
  }

  private void refused(Kind kind, int status) throws IOException {
    CallOutcome attempt = answered(status, REFUSAL);

    assertThat(failure(attempt).kind()).isEqualTo(kind);
    assertThat(failure(attempt).code()).isEqualTo("c");
    assertThat(failure(attempt).is(Mark.JSON)).isTrue();
    assertThat(answer(attempt).isSuccess()).isFalse();
    assertThat(parsed(attempt).at("/response/body").toString()).isEqualTo(REFUSAL);
    assertThat(parsed(attempt).at("/response/status_code").intValue()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409})
  void timeoutsAndConflictsMayPass(int status) throws IOException {
    assertThat(failure(answered(status, REFUSAL)).kind()).isEqualTo(Kind.BROKEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 505, 599})
  void serverErrorsAreBroken(int status) throws IOException {
    CallOutcome attempt = answered(status, "boom");

    assertThat(failure(attempt).kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure(attempt).marks()).isEmpty();
    assertThat(parsed(attempt).at("/response/body/error/message").stringValue()).isEqualTo("boom");
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void gatewayErrorsMayCutCallsOffTogether(int status) throws IOException {
    Failure failure = failure(judged(new Answered(status, null, Duration.ofSeconds(9)), "later"));

    assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure.reason()).isEqualTo("vllm answers %d: later".formatted(status));
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(9));
    assertThat(failure.marks()).containsExactly(Mark.CUT);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusedKeyIsDenied(int status) throws IOException {
    Failure failure = failure(answered(status, REFUSAL));

    assertThat(failure.kind()).isEqualTo(Kind.DENIED);
    assertThat(failure.reason()).contains("vllm", "" + status);
  }

  @Test
  void rateLimitThrottles() throws IOException {
    String body = "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"rate_limit_exceeded\"}}";

    Failure failure = failure(judged(new Answered(429, null, Duration.ofSeconds(2)), body));
    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure.reason()).isEqualTo("vllm answers 429: rate_limit_exceeded");
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(failure(answered(429, "slow down")).kind()).isEqualTo(Kind.THROTTLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insufficient_quota",
        "credit_balance_exhausted",
        "billing_hard_limit_reached",
        "billing_not_active",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded"
      })
  void emptyAccountIsAstray(String code) throws IOException {
    assertThat(answered(429, "{\"error\":{\"type\":\"t\",\"code\":\"%s\"}}".formatted(code)))
        .satisfies(JudgeTest::isAstray);
    assertThat(answered(429, "{\"error\":{\"type\":\"%s\",\"code\":null}}".formatted(code)))
        .satisfies(JudgeTest::isAstray);
  }

  private static void isAstray(CallOutcome attempt) {
    assertThat(failure(attempt).kind()).isEqualTo(Kind.ASTRAY);
  }

  @Test
  void longRefusalPassesUnchangedThoughItIsSpooled() throws IOException {
    String body = "{\"error\":{\"message\":\"" + "x".repeat(NO_MEMORY) + "\"}}";

    CallOutcome attempt = answered(400, body);

    assertThat(failure(attempt).kind()).isEqualTo(Kind.REFUSED);
    assertThat(answer(attempt).isSuccess()).isFalse();
    assertThat(answer(attempt).spool()).isEqualTo("spool/1");
  }

  @Test
  void longEmptyAccountIsAstrayThoughItIsSpooled() throws IOException {
    String message = "x".repeat(NO_MEMORY);

    assertThat(
            answered(
                429, "{\"error\":{\"code\":\"billing_not_active\",\"m\":\"" + message + "\"}}"))
        .satisfies(JudgeTest::isAstray);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{\"error\":{\"message\":\"\u0001", "é", "€", "\ud83d\ude00"})
  @Tag("H1")
  void longRefusalWithoutJsonShowsItsBeginningAndThatThereIsMore(String begin) throws IOException {
    byte[] body = ("-" + begin.repeat(NO_MEMORY)).getBytes(StandardCharsets.UTF_8);
    var refusal = parsed(judged(new Answered(400, null, null), body, VLLM));
    String message = refusal.at("/response/body/error/message").stringValue();
    String shown = message.replace("… (the first 2048 of %d bytes)".formatted(body.length), "");

    assertThat(shown).isNotEqualTo(message).isNotEmpty();
    assertThat(new String(body, 0, 2_048, StandardCharsets.UTF_8)).startsWith(shown);
  }

  @Test
  void requestIdIsTheUpstreams() throws IOException {
    CallOutcome attempt = judged(new Answered(200, "req_theirs", null), "{}");

    assertThat(parsed(attempt).at("/response/request_id").stringValue()).isEqualTo("req_theirs");
  }

  @Test
  void callsWithoutAnAnswerAreToldApart() throws IOException {
    Failure unreachable = failure(judged(new UpstreamResult.Unreachable("refused"), ""));
    assertThat(unreachable.kind()).isEqualTo(Kind.BROKEN);
    assertThat(unreachable.reason()).isEqualTo("refused");
    assertThat(unreachable.marks()).containsExactly(Mark.UNSENT);
    assertThat(judged(new UpstreamResult.Aborted(), "")).isEqualTo(new CallOutcome.Aborted());
    assertThat(judged(new UpstreamResult.LocalFault("disk"), ""))
        .isEqualTo(new CallOutcome.LocalFault("disk"));
    CallOutcome broken = judged(new UpstreamResult.Broken("reset"), "");
    assertThat(failure(broken).marks()).containsExactly(Mark.CUT);
    assertThat(parsed(broken).at("/error/code").stringValue()).isEqualTo("upstream_error");
    CallOutcome timedOut = judged(new UpstreamResult.TimedOut(), "");
    assertThat(failure(timedOut).kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure(timedOut).marks()).isEmpty();
    assertThat(parsed(timedOut).at("/error/code").stringValue()).isEqualTo("request_timeout");
    assertThat(parsed(timedOut).at("/error/message").stringValue()).contains("1.5 seconds");
    CallOutcome tooLarge = judged(new UpstreamResult.TooLarge(), "");
    assertThat(tooLarge).isInstanceOf(CallOutcome.Answered.class);
    assertThat(parsed(tooLarge).at("/error/code").stringValue()).isEqualTo("response_too_large");
    assertThat(parsed(tooLarge).get("response").isNull()).isTrue();
  }

  @Test
  @Tag("F1")
  void errorInASuccessIsJudgedByItsOwnCodeAndStaysAsItCame() throws IOException {
    String body = "{\"error\":{\"message\":\"slow down\",\"code\":429}}";

    CallOutcome attempt = answered(200, body);

    assertThat(failure(attempt).kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure(attempt).status()).isEqualTo(429);
    assertThat(failure(attempt).reason()).isEqualTo("vllm answers 429: slow down");
    assertThat(answer(attempt).isSuccess()).isFalse();
    assertThat(parsed(attempt).at("/response/status_code").intValue()).isEqualTo(200);
    assertThat(parsed(attempt).at("/response/body").toString()).isEqualTo(body);
    assertThat(parsed(attempt).get("error").isNull()).isTrue();

    Failure long502 =
        failure(answered(200, "{\"object\":\"error\",\"a\":\"" + "x".repeat(NO_MEMORY) + "\"}"));
    assertThat(long502.kind()).isEqualTo(Kind.BROKEN);
    assertThat(long502.status()).isEqualTo(502);
    assertThat(long502.is(Mark.CUT)).isFalse();
    assertThat(long502.verdict().isSuccess()).isFalse();
    assertThat(long502.verdict().spool()).isEqualTo("spool/1");
  }

  @Test
  @Tag("F1")
  void reasonsQuoteTheUpstreamsWordsWithoutAddressAndKey() throws IOException {
    String said = "model is away: gpu-1:8000 (key our-secret-key) https://a.example/x";

    Failure json = failure(answered(404, "{\"error\":{\"message\":\"%s\"}}".formatted(said)));
    Failure text = failure(answered(404, said));
    Failure page = failure(answered(502, "<html><title>502 Bad Gateway</title>" + said));

    assertThat(json.reason())
        .isEqualTo("vllm answers 404: model is away: *** (key ***) ***")
        .isEqualTo(text.reason());
    assertThat(page.reason()).isEqualTo("vllm answers 502: 502 Bad Gateway");
    assertThat(json.verdict().head().utf8()).contains("gpu-1").doesNotContain("our-secret-key");
    assertThat(text.verdict().head().utf8()).doesNotContain("gpu-1", "our-secret-key");
    assertThat(failure(answered(308, "")).reason()).endsWith("check its url");
  }

  @Test
  void errorThatThePresetKnowsAsTheRequestsOwnIsMarked() throws IOException {
    var llama = new Named("llama", Preset.named("llamacpp").orElseThrow(), OwnWords.ANY);
    String body =
        "{\"error\":{\"code\":500,\"message\":\"Only one completion choice is allowed\"}}";

    assertThat(failure(judged(new Answered(500, null, null), body, llama)).is(Mark.OWN)).isTrue();
    assertThat(failure(answered(500, body)).is(Mark.OWN)).isFalse();
  }

  private CallOutcome answered(int status, String body) throws IOException {
    return judged(new Answered(status, null, null), body);
  }

  private CallOutcome judged(UpstreamResult result, String body) throws IOException {
    return judged(result, body, VLLM);
  }

  private CallOutcome judged(UpstreamResult result, String body, Upstream upstream)
      throws IOException {
    return judged(result, body.getBytes(StandardCharsets.UTF_8), upstream);
  }

  private CallOutcome judged(UpstreamResult result, byte[] bytes, Upstream upstream)
      throws IOException {
    var none = new AnswerBuffer.Budget(0);
    try (var buffer = new AnswerBuffer(objects, "spool/1", 1 << 20, none)) {
      assertThat(buffer.accept(bytes, 0, bytes.length)).isTrue();
      return new Judge(upstream, LINE, LIMITS).judge(result, buffer);
    }
  }

  /** One that is only spoken of. */
  private record Named(String name, Preset preset, OwnWords words) implements Upstream {
    @Override
    public Call newCall(Request request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Probe probe(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static Answer answer(CallOutcome attempt) {
    return attempt instanceof CallOutcome.Answered(Answer answer, var _)
        ? answer
        : failure(attempt).verdict();
  }

  private static Failure failure(CallOutcome attempt) {
    if (attempt instanceof CallOutcome.Failed(Failure failure)) {
      return failure;
    }
    throw new AssertionError(attempt);
  }

  private static JsonNode parsed(CallOutcome attempt) {
    return JsonMapper.shared().readTree(answer(attempt).head().utf8());
  }
}
