package dev.nightjar.http;

import dev.nightjar.api.ApiError;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out of a server that only this machine may use: a page of another origin must not
 * call it, and a name that an attacker points at 127.0.0.1 must not reach it.
 */
final class LoopbackGuard implements Filter {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    String origin = request.headers().first(HeaderNames.ORIGIN).orElse(null);
    check(request.isSecure() ? "https" : "http", request.authority(), origin);
    chain.proceed();
  }

  static void check(String scheme, @Nullable String authority, @Nullable String origin) {
    String host = authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    if (!LOOPBACK.matcher(host).matches()) {
      throw forbidden(
          "This server listens for this machine only, and '%s' is not a name of it: use localhost."
              .formatted(host));
    }
    if (origin != null && !origin.toLowerCase(Locale.ROOT).equals(scheme + "://" + host)) {
      throw forbidden(
          "This server listens for this machine only; pages of '%s' may not call it."
              .formatted(origin));
    }
  }

  private static ApiError forbidden(String message) {
    return new ApiError(403, null, null, message);
  }
}
