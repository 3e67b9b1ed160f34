package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.AnswerBody;
import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.UpstreamResult;
import dev.nightjar.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says what a call's result means for its line: docs/design.md#whose-fault. */
final class Judge {
  /** 429s that waiting does not cure: the account is empty. */
  private static final Set<String> QUOTA_CODES =
      Set.of(
          "insufficient_quota",
          "credit_balance_exhausted",
          "billing_hard_limit_reached",
          "billing_not_active",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded");

  private static final int MESSAGE_BYTES_MAX = 200;

  private final String upstream;
  private final AnswerLine line;
  private final EngineLimits limits;

  Judge(String upstream, AnswerLine line, EngineLimits limits) {
    this.upstream = upstream;
    this.line = line;
    this.limits = limits;
  }

  CallOutcome judge(UpstreamResult result, AnswerBuffer buffer) throws IOException {
    return switch (result) {
      case Answered answered when isSuccess(answered) -> success(answered, buffer);
      case Answered answered -> new CallOutcome.Failed(failure(answered, buffer));
      case UpstreamResult.Unreachable(String reason) ->
          new CallOutcome.Failed(silent(reason).with(Mark.UNSENT));
      case UpstreamResult.Broken(String reason) ->
          new CallOutcome.Failed(silent(reason).with(Mark.CUT));
      case UpstreamResult.TimedOut() -> new CallOutcome.Failed(late());
      case UpstreamResult.TooLarge() ->
          new CallOutcome.Answered(
              line.error(
                  "response_too_large",
                  "The upstream's answer is longer than %d bytes."
                      .formatted(limits.bounds().answerBytes())));
      case UpstreamResult.Aborted() -> new CallOutcome.Aborted();
      case UpstreamResult.LocalFault(String reason) -> new CallOutcome.LocalFault(reason);
    };
  }

  private Failure silent(String reason) {
    return Failure.of(Kind.BROKEN, 0, reason, line.error("upstream_error", reason));
  }

  private Failure late() {
    String limit = text(limits.requestTimeout());
    return Failure.of(
        Kind.BROKEN,
        0,
        "%s did not answer within %s".formatted(upstream, limit),
        line.error("request_timeout", "The upstream did not answer within %s.".formatted(limit)));
  }

  private static boolean isSuccess(Answered answered) {
    return answered.status() >= 200 && answered.status() < 300;
  }

  private CallOutcome success(Answered answered, AnswerBuffer buffer) throws IOException {
    Optional<AnswerBody> body = read(buffer);
    if (body.isEmpty()) {
      String said =
          "answered %d with something that is not one JSON object%s"
              .formatted(answered.status(), beginning(buffer.bytes()));
      Answer verdict = line.error("invalid_response", "The upstream " + said);
      return new CallOutcome.Failed(
          Failure.of(Kind.BROKEN, answered.status(), upstream + " " + said, verdict));
    }
    return new CallOutcome.Answered(answer(answered, buffer, body.get().usage()));
  }

  private static Optional<AnswerBody> read(AnswerBuffer buffer) throws IOException {
    return buffer.isSpooled() ? buffer.commitSpool() : AnswerBody.read(buffer.bytes());
  }

  private Answer answer(Answered answered, AnswerBuffer buffer, Usage usage) {
    int status = answered.status();
    return buffer.isSpooled()
        ? line.spooled(status, answered.requestId(), buffer.spoolKey(), buffer.length(), usage)
        : line.response(status, answered.requestId(), buffer.bytes(), usage);
  }

  private Failure failure(Answered answered, AnswerBuffer buffer) throws IOException {
    int status = answered.status();
    Optional<AnswerBody> body = read(buffer);
    var answer =
        body.isPresent()
            ? answer(answered, buffer, Usage.NONE)
            : line.wrapped(status, answered.requestId(), buffer.bytes());
    String code = body.map(AnswerBody::errorCode).orElse(null);
    Kind kind = kind(status, code);
    Failure failure =
        Failure.of(kind, status, says(kind, status), answer)
            .withCode(code)
            .withRetryAfter(answered.retryAfter());
    failure = body.isPresent() ? failure.with(Mark.JSON) : failure;
    return status >= 502 && status <= 504 ? failure.with(Mark.CUT) : failure;
  }

  private static Kind kind(int status, @Nullable String code) {
    return switch (status) {
      case 401, 403 -> Kind.DENIED;
      case 408, 409 -> Kind.BROKEN;
      case 402, 404, 405 -> Kind.ASTRAY;
      case 429 -> code != null && QUOTA_CODES.contains(code) ? Kind.ASTRAY : Kind.THROTTLED;
      default -> status >= 500 ? Kind.BROKEN : status >= 400 ? Kind.REFUSED : Kind.ASTRAY;
    };
  }

  private String says(Kind kind, int status) {
    return kind == Kind.DENIED
        ? "%s refuses the API key (%d); check the upstream's key".formatted(upstream, status)
        : "%s answers %d".formatted(upstream, status);
  }

  private static String beginning(@Nullable Bytes body) {
    if (body == null || body.length() == 0) {
      return ": it was empty.";
    }
    String text = body.slice(0, Math.min(body.length(), MESSAGE_BYTES_MAX)).utf8();
    return ". It begins with: " + text;
  }

  private static String text(Duration duration) {
    return duration.toSeconds() < 120
        ? duration.toMillis() / 1_000.0 + " seconds"
        : duration.toMinutes() + " minutes";
  }
}
