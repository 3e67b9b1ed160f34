package dev.nightjar.engine;

import dev.nightjar.batch.AnswerBody;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.Preset;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** What answers with errors look like, by status, code and words. */
record Kinds(Preset preset) {
  /** What waiting does not cure: the account is empty. */
  private static final Set<String> QUOTA_CODES =
      Set.of(
          "insufficient_quota",
          "credit_balance_exhausted",
          "billing_hard_limit_reached",
          "billing_not_active",
          "budget_exceeded",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded");

  /** The status that OpenAI has for these, where an error came without one. */
  private static final Map<String, Integer> STATUSES =
      Map.of(
          "rate_limit_exceeded", 429,
          "rate_limit_error", 429,
          "insufficient_quota", 429,
          "invalid_request_error", 400,
          "context_length_exceeded", 400,
          "invalid_api_key", 401,
          "authentication_error", 401,
          "model_not_found", 404);

  /** Of an answer without JSON. */
  Kind of(int status, Bytes body) {
    Kind kind = of(status);
    boolean isNobodys = isPage(body) || body.length() == 0;
    return kind == Kind.REFUSED && (isNobodys || status == 501) ? astrayOrBroken(status) : kind;
  }

  private static Kind astrayOrBroken(int status) {
    return status >= 500 ? Kind.BROKEN : Kind.ASTRAY;
  }

  /** Of an answer whose body is JSON. */
  Kind of(int status, AnswerBody body) {
    if (body.errorCode() != null && QUOTA_CODES.contains(body.errorCode())) {
      return Kind.ASTRAY;
    }
    return status == 503 && preset.isBusy(words(body)) ? Kind.THROTTLED : of(status);
  }

  private static Kind of(int status) {
    return switch (status) {
      case 401, 403 -> Kind.DENIED;
      case 402, 404, 405, 406, 407, 410, 421, 426 -> Kind.ASTRAY;
      case 408, 409, 423, 425, 499 -> Kind.BROKEN;
      case 429, 529 -> Kind.THROTTLED;
      case 501 -> Kind.REFUSED;
      default -> status >= 500 ? Kind.BROKEN : status >= 400 ? Kind.REFUSED : Kind.ASTRAY;
    };
  }

  /** Whether a 500 speaks of the request. */
  boolean isOwn(int status, AnswerBody body) {
    return status == 500 && preset.isOwn(words(body));
  }

  private static String words(AnswerBody body) {
    return body.message() == null ? "" : body.message();
  }

  /** What an error in a 2xx calls itself. */
  static OptionalInt statusOf(AnswerBody body) {
    if (body.errorStatus() != 0) {
      return OptionalInt.of(body.errorStatus());
    }
    Integer status = body.errorCode() == null ? null : STATUSES.get(body.errorCode());
    return status == null ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** What a gateway says when what is behind it broke off; 520 to 525 are Cloudflare's. */
  static boolean isGateway(int status) {
    return (status >= 502 && status <= 504) || (status >= 520 && status <= 525);
  }

  /** HTML, and its like: a proxy or a login page speaks, or a store of files. */
  static boolean isPage(Bytes body) {
    for (int i = 0; i < body.length(); i++) {
      if (!Character.isWhitespace(body.at(i)) && body.at(i) >= 0) {
        return body.at(i) == '<';
      }
    }
    return false;
  }
}
