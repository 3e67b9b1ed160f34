package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.upstream.UpstreamResult;
import dev.nightjar.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JudgeTest {
  private static final AnswerLine LINE =
      new AnswerLine(new BatchId("batch_0123456789abcdef0123456789abcdef"), 0, Bytes.utf8("\"a\""));
  private static final String REFUSAL = "{\"error\":{\"message\":\"no\",\"code\":\"c\"}}";
  private static final int NO_MEMORY = 20_000;

  private final Judge judge =
      new Judge("vllm", LINE, EngineLimits.defaults().withRequestTimeout(Duration.ofMillis(1_500)));

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

    assertThat(attempt).isInstanceOf(CallOutcome.Final.class);
    assertThat(answer(attempt).isSuccess()).isTrue();
    assertThat(answer(attempt).usage()).isEqualTo(new Usage(3, 0, 0, 0));
  }

  @Test
  void spooledSuccessIsFinalAndNamesItsSpool() throws IOException {
    String body = "{\"a\":\"" + "x".repeat(NO_MEMORY) + "\"}";

    CallOutcome attempt = answered(200, body);

    assertThat(attempt).isInstanceOf(CallOutcome.Final.class);
    assertThat(answer(attempt).spool()).isEqualTo("spool/1");
    assertThat(answer(attempt).spoolBytes()).isEqualTo(body.length());
    assertThat(objects.list("spool/1")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>ok</html>", "[]", "{} x", "{\"a\":", "data: {}\n\n"})
  void successWithoutAJsonObjectIsTheRowsFault(String body) throws IOException {
    CallOutcome attempt = answered(200, body);

    assertThat(attempt).isInstanceOf(CallOutcome.LineFault.class);
    assertThat(answer(attempt).isSuccess()).isFalse();
    JsonNode line = parsed(attempt);
    assertThat(line.get("response").isNull()).isTrue();
    assertThat(line.at("/error/code").stringValue()).isEqualTo("invalid_response");
    assertThat(line.at("/error/message").stringValue())
        .contains(body.isEmpty() ? "it was empty" : "It begins with: " + body);
  }

  @Test
  void spooledSuccessWithoutAJsonObjectShowsItsBeginning() throws IOException {
    CallOutcome attempt = answered(200, "<html>" + "x".repeat(NO_MEMORY));

    assertThat(attempt).isInstanceOf(CallOutcome.LineFault.class);
    assertThat(parsed(attempt).at("/error/message").stringValue())
        .endsWith("It begins with: <html>" + "x".repeat(194));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 404, 405, 413, 422})
  void permanentRefusalIsFinal(int status) throws IOException {
    CallOutcome attempt = answered(status, REFUSAL);

    assertThat(attempt).isInstanceOf(CallOutcome.Final.class);
    assertThat(answer(attempt).isSuccess()).isFalse();
    assertThat(parsed(attempt).at("/response/body").toString()).isEqualTo(REFUSAL);
    assertThat(parsed(attempt).at("/response/status_code").intValue()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409})
  void timeoutsAndConflictsAreTheRowsFault(int status) throws IOException {
    assertThat(answered(status, REFUSAL)).isInstanceOf(CallOutcome.LineFault.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 505, 599})
  void serverErrorsAreSuspicious(int status) throws IOException {
    CallOutcome attempt = answered(status, "boom");

    assertThat(attempt).isInstanceOf(CallOutcome.Suspicious.class);
    assertThat(parsed(attempt).at("/response/body/error/message").stringValue()).isEqualTo("boom");
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504, 529})
  void gatewayErrorsAreTheUpstreamsFault(int status) throws IOException {
    CallOutcome attempt = judged(new Answered(status, null, Duration.ofSeconds(9)), "later");

    assertThat(attempt)
        .isEqualTo(new CallOutcome.Unavailable("vllm answers " + status, Duration.ofSeconds(9)));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusedKeyIsTheOperatorsMistake(int status) throws IOException {
    assertThat(answered(status, REFUSAL))
        .isInstanceOfSatisfying(
            CallOutcome.KeyRefused.class,
            refused -> assertThat(refused.reason()).contains("vllm", "" + status));
  }

  @Test
  void rateLimitThrottles() throws IOException {
    String body = "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"rate_limit_exceeded\"}}";

    assertThat(judged(new Answered(429, null, Duration.ofSeconds(2)), body))
        .isEqualTo(new CallOutcome.Throttled("vllm answers 429", Duration.ofSeconds(2)));
    assertThat(answered(429, "slow down")).isInstanceOf(CallOutcome.Throttled.class);
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
  void emptyAccountIsFinal(String code) throws IOException {
    assertThat(answered(429, "{\"error\":{\"type\":\"t\",\"code\":\"%s\"}}".formatted(code)))
        .isInstanceOf(CallOutcome.Final.class);
    assertThat(answered(429, "{\"error\":{\"type\":\"%s\",\"code\":null}}".formatted(code)))
        .isInstanceOf(CallOutcome.Final.class);
  }

  @Test
  void longRefusalPassesUnchangedThoughItIsSpooled() throws IOException {
    String body = "{\"error\":{\"message\":\"" + "x".repeat(NO_MEMORY) + "\"}}";

    CallOutcome attempt = answered(400, body);

    assertThat(attempt).isInstanceOf(CallOutcome.Final.class);
    assertThat(answer(attempt).isSuccess()).isFalse();
    assertThat(answer(attempt).spool()).isEqualTo("spool/1");
  }

  @Test
  void longEmptyAccountIsFinalThoughItIsSpooled() throws IOException {
    String message = "x".repeat(NO_MEMORY);

    assertThat(
            answered(
                429, "{\"error\":{\"code\":\"billing_not_active\",\"m\":\"" + message + "\"}}"))
        .isInstanceOf(CallOutcome.Final.class);
  }

  @Test
  void longRefusalWithoutJsonShowsItsBeginning() throws IOException {
    CallOutcome attempt = answered(400, "<html>" + "x".repeat(NO_MEMORY));

    assertThat(parsed(attempt).at("/response/body/error/message").stringValue())
        .isEqualTo("<html>" + "x".repeat(2_042));
  }

  @Test
  void requestIdIsTheUpstreams() throws IOException {
    CallOutcome attempt = judged(new Answered(200, "req_theirs", null), "{}");

    assertThat(parsed(attempt).at("/response/request_id").stringValue()).isEqualTo("req_theirs");
  }

  @Test
  void callsWithoutAnAnswerAreToldApart() throws IOException {
    assertThat(judged(new UpstreamResult.Unreachable("refused"), ""))
        .isEqualTo(new CallOutcome.Unavailable("refused", null));
    assertThat(judged(new UpstreamResult.Aborted(), "")).isEqualTo(new CallOutcome.Aborted());
    assertThat(judged(new UpstreamResult.LocalFault("disk"), ""))
        .isEqualTo(new CallOutcome.LocalFault("disk"));
    CallOutcome broken = judged(new UpstreamResult.Broken("reset"), "");
    assertThat(broken).isInstanceOf(CallOutcome.Suspicious.class);
    assertThat(parsed(broken).at("/error/code").stringValue()).isEqualTo("upstream_error");
    CallOutcome timedOut = judged(new UpstreamResult.TimedOut(), "");
    assertThat(timedOut).isInstanceOf(CallOutcome.LineFault.class);
    assertThat(parsed(timedOut).at("/error/code").stringValue()).isEqualTo("request_timeout");
    assertThat(parsed(timedOut).at("/error/message").stringValue()).contains("1.5 seconds");
    CallOutcome tooLarge = judged(new UpstreamResult.TooLarge(), "");
    assertThat(tooLarge).isInstanceOf(CallOutcome.Final.class);
    assertThat(parsed(tooLarge).at("/error/code").stringValue()).isEqualTo("response_too_large");
    assertThat(parsed(tooLarge).get("response").isNull()).isTrue();
  }

  private CallOutcome answered(int status, String body) throws IOException {
    return judged(new Answered(status, null, null), body);
  }

  private CallOutcome judged(UpstreamResult result, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var none = new AnswerBuffer.Budget(0);
    try (var buffer = new AnswerBuffer(objects, "spool/1", 1 << 20, none)) {
      assertThat(buffer.accept(bytes, 0, bytes.length)).isTrue();
      return judge.judge(result, buffer);
    }
  }

  private static Answer answer(CallOutcome attempt) {
    return switch (attempt) {
      case CallOutcome.Final(Answer answer) -> answer;
      case CallOutcome.LineFault(Answer verdict) -> verdict;
      case CallOutcome.Suspicious(_, Answer verdict) -> verdict;
      default -> throw new AssertionError(attempt);
    };
  }

  private static JsonNode parsed(CallOutcome attempt) {
    return JsonMapper.shared().readTree(answer(attempt).head().utf8());
  }
}
