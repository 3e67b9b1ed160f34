package dev.nightjar.cli.client;

import dev.nightjar.net.TlsFault;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Why a server did not do what it was asked.
 *
 * @param shouldRetry what its header says about that; null when it says nothing
 */
record ApiProblem(int status, String message, @Nullable Boolean shouldRetry) {
  private static final int EXCERPT_CHARACTERS = 200;

  static ApiProblem of(HttpResponse<byte[]> response, ApiTarget target) {
    int status = response.statusCode();
    String message = message(response.body());
    String sentence =
        message.isBlank()
            ? "%s answers with status %d; is the base URL right?".formatted(target, status)
            : message;
    if (status == 401 || status == 403) {
      sentence +=
          target.key() == null
              ? " (no key was given: set NIGHTJAR_API_KEY, or say --api-key)"
              : " (the key is from --api-key, NIGHTJAR_API_KEY or OPENAI_API_KEY)";
    } else if (status >= 500) {
      sentence +=
          " (status %d, request %s)"
              .formatted(status, response.headers().firstValue("x-request-id").orElse("unknown"));
    }
    Optional<Boolean> asked =
        response.headers().firstValue("x-should-retry").map(Boolean::parseBoolean);
    return new ApiProblem(status, sentence, asked.orElse(null));
  }

  /** The server's own words; empty when it has none. */
  private static String message(byte @Nullable [] body) {
    if (body == null || body.length == 0) {
      return "";
    }
    try {
      JsonNode error = JsonMapper.shared().readTree(body).path("error");
      String message = error.isString() ? error.asString() : error.path("message").asString("");
      return oneLine(message);
    } catch (JacksonException _) {
      return "";
    }
  }

  /** Another machine's words must not move the cursor or fill the screen. */
  private static String oneLine(String text) {
    String clean = Human.printable(text).strip();
    return clean.length() <= EXCERPT_CHARACTERS * 5
        ? clean
        : clean.substring(0, EXCERPT_CHARACTERS * 5) + "…";
  }

  boolean isRetryable() {
    return shouldRetry != null ? shouldRetry : isPassing();
  }

  private boolean isPassing() {
    return status == 408 || status == 429 || status >= 500;
  }

  CommandException exception() {
    boolean isKey = status == 401 || status == 403;
    return new CommandException(
        isKey ? ExitCode.KEY_REFUSED : ExitCode.WRONG, message, isPassing());
  }

  static String unreachable(ApiTarget target, IOException e) {
    return "the server at %s cannot be reached: %s".formatted(target, reason(e));
  }

  private static String reason(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "its host name is unknown";
      }
    }
    return switch (e) {
      case SSLException tls -> "TLS: " + TlsFault.words(tls);
      case HttpConnectTimeoutException _ -> "no connection within 10 s";
      case ConnectException _ -> "connection refused";
      case ProtocolException protocol when TlsFault.isIn("" + protocol.getMessage()) ->
          TlsFault.NOT_PLAIN;
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
