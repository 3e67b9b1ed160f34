package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.AnswerBody;
import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.JsonScan;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.engine.message.RateHeaders;
import dev.nightjar.engine.message.RateHeaders.Left;
import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.OwnWords;
import dev.nightjar.upstream.RateLimits;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import dev.nightjar.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what a call's result looks like: docs/design.md#whose-fault. */
final class Judge {
  private static final int BEGINNING_BYTES = 200;
  private static final int WRAPPED_BYTES = 2_048;
  private static final int BAD_GATEWAY = 502;

  private final String upstream;
  private final OwnWords words;
  private final Kinds kinds;
  private final AnswerLine line;
  private final EngineLimits limits;

  Judge(Upstream upstream, AnswerLine line, EngineLimits limits) {
    this.upstream = upstream.name();
    this.words = upstream.words();
    this.kinds = new Kinds(upstream.preset());
    this.line = line;
    this.limits = limits;
  }

  CallOutcome judge(UpstreamResult result, AnswerBuffer buffer) throws IOException {
    return switch (result) {
      case Answered answered -> answered(answered, buffer);
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

  private CallOutcome answered(Answered answered, AnswerBuffer buffer) throws IOException {
    Optional<AnswerBody> read =
        buffer.isSpooled() ? buffer.commitSpool() : AnswerBody.read(buffer.bytes());
    boolean isSuccess = answered.status() >= 200 && answered.status() < 300;
    if (read.isEmpty()) {
      return new CallOutcome.Failed(
          isSuccess ? unusable(answered, buffer) : wrapped(answered, buffer));
    }
    AnswerBody body = read.get();
    return isSuccess && !body.isError()
        ? new CallOutcome.Answered(
            answer(answered, buffer, body.usage()), rates(answered.rateLimits()))
        : new CallOutcome.Failed(error(answered, buffer, body));
  }

  private static @Nullable RateHeaders rates(@Nullable RateLimits limits) {
    return limits == null ? null : new RateHeaders(left(limits.requests()), left(limits.tokens()));
  }

  private static @Nullable Left left(RateLimits.@Nullable Left left) {
    return left == null ? null : new Left(left.limit(), left.remaining(), left.reset().toMillis());
  }

  private Answer answer(Answered answered, AnswerBuffer buffer, Usage usage) {
    int status = answered.status();
    return buffer.isSpooled()
        ? line.spooled(status, answered.requestId(), buffer.spoolKey(), buffer.length(), usage)
        : line.response(status, answered.requestId(), buffer.bytes(), usage);
  }

  /** A 2xx that is no JSON: a page of somebody else, or a broken answer. */
  private Failure unusable(Answered answered, AnswerBuffer buffer) {
    String said =
        "answered %d with something that is not JSON%s%s"
            .formatted(answered.status(), fault(buffer), beginning(buffer.bytes()));
    Answer verdict = line.error("invalid_response", "The upstream " + said);
    Kind kind = Kinds.isPage(buffer.bytes()) ? Kind.ASTRAY : Kind.BROKEN;
    return Failure.of(
        kind, answered.status(), reason(kind, answered.status(), quote(buffer)), verdict);
  }

  private Failure wrapped(Answered answered, AnswerBuffer buffer) {
    int status = answered.status();
    Kind kind = kinds.of(status, buffer.bytes());
    String cut =
        buffer.length() <= WRAPPED_BYTES
            ? ""
            : "… (the first %d of %d bytes)".formatted(WRAPPED_BYTES, buffer.length());
    Answer verdict =
        line.wrapped(
            status, answered.requestId(), words.masked(text(buffer.bytes(), WRAPPED_BYTES)) + cut);
    Failure failure =
        Failure.of(kind, status, reason(kind, status, quote(buffer)), verdict)
            .withRetryAfter(answered.retryAfter());
    return Kinds.isGateway(status) ? failure.with(Mark.CUT) : failure;
  }

  private Failure error(Answered answered, AnswerBuffer buffer, AnswerBody body)
      throws IOException {
    int status = answered.status();
    if (status < 300) {
      status = Kinds.statusOf(body).orElse(BAD_GATEWAY);
    }
    Kind kind = kinds.of(status, body);
    String said = words.quote(body.message() != null ? body.message() : "" + body.errorCode());
    Failure failure =
        Failure.of(kind, status, reason(kind, status, said), verdict(answered, buffer))
            .withCode(body.errorCode())
            .withRetryAfter(answered.retryAfter())
            .with(Mark.JSON);
    if (kinds.isOwn(status, body)) {
      failure = failure.with(Mark.OWN);
    }
    return Kinds.isGateway(answered.status()) ? failure.with(Mark.CUT) : failure;
  }

  /** As it came. */
  private Answer verdict(Answered answered, AnswerBuffer buffer) {
    Answer answer =
        buffer.isSpooled()
            ? answer(answered, buffer, Usage.NONE)
            : line.response(
                answered.status(),
                answered.requestId(),
                words.withoutKey(buffer.bytes()),
                Usage.NONE);
    return answer.asFailure();
  }

  private String reason(Kind kind, int status, String said) {
    if (status >= 300 && status < 400) {
      return "%s answers %d and sends callers elsewhere; check its url".formatted(upstream, status);
    }
    String says =
        kind == Kind.DENIED ? "refuses the API key, or what it is used for, with" : "answers";
    return said.isEmpty()
        ? "%s %s %d".formatted(upstream, says, status)
        : "%s %s %d: %s".formatted(upstream, says, status, said);
  }

  private String quote(AnswerBuffer buffer) {
    String beginning = text(buffer.bytes(), WRAPPED_BYTES);
    return Kinds.isPage(buffer.bytes()) ? words.quotePage(beginning) : words.quote(beginning);
  }

  /** Of one that is almost JSON, where it is not. */
  private static String fault(AnswerBuffer buffer) {
    Bytes body = buffer.bytes();
    boolean isMeant = body.length() > 0 && "{[".indexOf(body.at(0)) >= 0;
    return !isMeant || buffer.isSpooled()
        ? ""
        : JsonScan.fault(body)
            .map(fault -> " (byte %d: %s)".formatted(fault.at() + 1, fault.found()))
            .orElse("");
  }

  private String beginning(Bytes body) {
    return body.length() == 0
        ? ": it was empty."
        : ". It begins with: " + words.masked(text(body, BEGINNING_BYTES));
  }

  /** Without a character of which only the first bytes fit. */
  private static String text(Bytes body, int bytesMax) {
    String text = body.slice(0, Math.min(body.length(), bytesMax)).utf8();
    boolean isCut = body.length() >= bytesMax && text.endsWith("\ufffd");
    return isCut ? text.substring(0, text.length() - 1) : text;
  }

  private static String text(Duration duration) {
    return duration.toSeconds() < 120
        ? duration.toMillis() / 1_000.0 + " seconds"
        : duration.toMinutes() + " minutes";
  }
}
