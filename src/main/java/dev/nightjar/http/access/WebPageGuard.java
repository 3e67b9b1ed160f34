package dev.nightjar.http.access;

import dev.nightjar.api.ApiError;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.RoutingRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out of a server that does not ask everybody for a key, because only this machine
 * reaches it or because it is open: a page of another origin must not call it, and a name that an
 * attacker points at its address must not reach it. A request with a key is no such page's.
 *
 * @param isLoopback whether only this machine reaches it
 * @param names hosts that it is known by beside those that no attacker can have, in lower case
 */
public record WebPageGuard(boolean isLoopback, Set<String> names) {
  private static final HeaderName FETCH_SITE = HeaderNames.create("sec-fetch-site");
  private static final HeaderName FETCH_MODE = HeaderNames.create("sec-fetch-mode");
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]/@]+)(:\\d{1,5})?");
  private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*).*");

  /** Not those that whoever is in the same network may answer for. */
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "localhost|127(\\.\\d{1,3}){3}|\\[::1]|([a-z0-9_-]+\\.)+(localhost|internal|svc)");

  /** An address, or a name of a local network or cluster: nobody can have one of these outside. */
  private static final Pattern LOCAL =
      Pattern.compile(
          "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]|[a-z0-9_-]+"
              + "|([a-z0-9_-]+\\.)+(localhost|internal|svc|local)");

  public WebPageGuard {
    names = Set.copyOf(names);
  }

  /** Throws if the request may be a foreign page's. */
  void check(RoutingRequest request) {
    ServerRequestHeaders headers = request.headers();
    for (String authority : authorities(request)) {
      checkHost(authority);
    }
    String host = headers.first(HeaderNames.HOST).orElse("");
    checkOrigin(
        request.isSecure() ? "https" : "http",
        host,
        headers.first(HeaderNames.ORIGIN).orElse(null));
    checkSite(request.prologue().method(), headers);
  }

  /**
   * Whom the request says that it is for: its host, and that of a target such as {@code
   * http://host/path}. What HTTP/1.0 may leave out is an empty name, which no server has.
   */
  private static List<String> authorities(RoutingRequest request) {
    var authorities = new ArrayList<>(request.headers().all(HeaderNames.HOST, List::of));
    Matcher absolute = ABSOLUTE.matcher(request.prologue().uriPath().rawPath());
    if (absolute.matches()) {
      authorities.add(absolute.group(1));
    }
    return authorities;
  }

  void checkHost(String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    Matcher parts = AUTHORITY.matcher(lower);
    String host = parts.matches() ? parts.group(1) : lower;
    Pattern known = isLoopback ? LOOPBACK : LOCAL;
    if (parts.matches() && (known.matcher(host).matches() || names.contains(host))) {
      return;
    }
    String advice = "use %s, or start it with --allow-host if that name is meant for it.";
    throw forbidden(
        isLoopback
            ? "This server listens for this machine only, and '%s' is not a name of it: "
                    .formatted(host)
                + advice.formatted("localhost")
            : "This server is open to whoever reaches it, and '%s' is not a name that it knows: "
                    .formatted(host)
                + advice.formatted("its address"));
  }

  void checkOrigin(String scheme, String authority, @Nullable String origin) {
    String host = authority.toLowerCase(Locale.ROOT);
    if (origin != null && !isOwn(origin.toLowerCase(Locale.ROOT), scheme, host)) {
      throw forbidden(
          (isLoopback
                  ? "This server listens for this machine only; pages of '%s' may not call it."
                  : "This server is open, but not to web pages; those of '%s' may not call it.")
              .formatted(origin));
    }
  }

  /** Behind a proxy that speaks TLS, under a name that is meant for this server, it is not ours. */
  private boolean isOwn(String origin, String scheme, String authority) {
    Matcher parts = AUTHORITY.matcher(authority);
    return origin.equals(scheme + "://" + authority)
        || (parts.matches()
            && names.contains(parts.group(1))
            && origin.equals("https://" + authority));
  }

  /** A browser says whose page calls, also where it names no origin; a link may be followed. */
  private void checkSite(Method method, ServerRequestHeaders headers) {
    String site = headers.first(FETCH_SITE).orElse("none");
    boolean isLink =
        method.equals(Method.GET) && headers.first(FETCH_MODE).orElse("").equals("navigate");
    if (!OWN_SITES.contains(site) && !isLink) {
      throw forbidden("Web pages of another site may not call this server.");
    }
  }

  private static ApiError forbidden(String message) {
    return new ApiError(403, null, null, message);
  }
}
