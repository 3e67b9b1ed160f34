package dev.nightjar.http.access;

import dev.nightjar.api.Access;
import dev.nightjar.api.RequestRate;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request through to the routes if its key may do what it asks, and tells them the project.
 *
 * @param pages what looks at requests without a key; null for none
 */
public record AccessFilter(Access access, FreePaths free, @Nullable WebPageGuard pages)
    implements Filter {
  /** What a proxy adds to what it passes on, and no client does. */
  private static final List<HeaderName> OF_PROXIES =
      Stream.of(
              "forwarded",
              "via",
              "x-forwarded-for",
              "x-forwarded-host",
              "x-forwarded-proto",
              "x-real-ip")
          .map(HeaderNames::create)
          .toList();

  private static final HeaderName PROJECT = HeaderNames.create("openai-project");
  private static final HeaderName LIMIT = HeaderNames.create("x-ratelimit-limit-requests");
  private static final HeaderName REMAINING = HeaderNames.create("x-ratelimit-remaining-requests");
  private static final HeaderName RESET = HeaderNames.create("x-ratelimit-reset-requests");
  private static final HeaderName RETRY_AFTER_MS = HeaderNames.create("retry-after-ms");

  /**
   * Paths that need no key.
   *
   * @param forAll whoever asks
   * @param direct if no proxy is between
   */
  public record FreePaths(Set<String> forAll, Set<String> direct) {}

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    String path = request.path().absolute().path();
    if (!free.forAll.contains(path)) {
      boolean isProxied = OF_PROXIES.stream().anyMatch(request.headers()::contains);
      if (!isProxied && free.direct.contains(path)) {
        checkPage(request);
      } else {
        identify(request, response, isProxied);
      }
    }
    chain.proceed();
  }

  private void identify(RoutingRequest request, RoutingResponse response, boolean isProxied) {
    if (isProxied) {
      access.requireKeysBehindProxy();
    }
    ApiKey key = access.identify(header(request, HeaderNames.AUTHORIZATION)).orElse(null);
    if (key == null) {
      checkPage(request);
    } else {
      ConnectionGuard.know(request);
      access.count(key).ifPresent(rate -> tell(rate, response));
    }
    String asked = header(request, PROJECT);
    boolean isForAll = asked == null && key != null && key.allows(Scope.ADMIN);
    Projects.set(request, access.project(key, needed(request), asked), isForAll);
  }

  private void checkPage(RoutingRequest request) {
    if (pages != null) {
      pages.check(request);
    }
  }

  private static @Nullable String header(RoutingRequest request, HeaderName name) {
    return request.headers().first(name).orElse(null);
  }

  private static Scope needed(RoutingRequest request) {
    Method method = request.prologue().method();
    return method.equals(Method.GET) || method.equals(Method.HEAD) ? Scope.READ : Scope.WRITE;
  }

  private static void tell(RequestRate rate, RoutingResponse response) {
    response.header(LIMIT, Integer.toString(rate.limit()));
    response.header(REMAINING, Integer.toString(rate.remaining()));
    response.header(RESET, RequestRate.text(rate.untilFull()));
    if (rate.isExceeded()) {
      Duration wait = rate.untilNext();
      response.header(HeaderNames.RETRY_AFTER, Long.toString(ceil(wait, 1_000_000_000L)));
      response.header(RETRY_AFTER_MS, Long.toString(ceil(wait, 1_000_000L)));
      throw rate.exceeded();
    }
  }

  private static long ceil(Duration duration, long unitNanos) {
    return Math.ceilDiv(duration.toNanos(), unitNanos);
  }
}
