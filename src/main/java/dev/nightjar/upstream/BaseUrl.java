package dev.nightjar.upstream;

import dev.nightjar.net.HostPort;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.HttpHost;

/**
 * An upstream's base URL, taken apart once.
 *
 * @param prefix the path, without a slash at its end; maybe empty
 * @param hasVersion whether an API version is part of the prefix
 */
record BaseUrl(HttpHost host, String prefix, boolean hasVersion) {
  private static final String V1 = "/v1";

  /** As in {@code /v1}, {@code /api/v4} or {@code /v1beta/openai}. */
  private static final Pattern VERSION = Pattern.compile("/v\\d\\w*(/|$)");

  static BaseUrl of(URI url) {
    var scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    check(
        url,
        scheme.equals("http") || scheme.equals("https"),
        "must begin with http:// or https://");
    var authority = url.getRawAuthority();
    check(url, authority == null || authority.indexOf('@') < 0, "must not hold a user or password");
    var where = HostPort.of(url).orElseThrow(() -> wrong(url, "must name a host"));
    check(url, where.port() <= 65_535, "must have a port of at most 65535");
    check(url, url.getRawQuery() == null && url.getRawFragment() == null, "must end with its path");
    var host = new HttpHost(scheme, where.host(), where.port());
    var prefix = withoutEndSlash(url.getRawPath());
    return new BaseUrl(host, prefix, VERSION.matcher(prefix).find());
  }

  /**
   * The path to call for a line's url. A base with an API version in it stands for the {@code /v1}
   * of the line; any other is put before the line's whole url.
   */
  String join(String lineUrl) {
    check(lineUrl);
    if (hasVersion && lineUrl.startsWith("/v1/")) {
      return prefix + lineUrl.substring(V1.length());
    }
    return withoutV1() + lineUrl;
  }

  boolean isSecure() {
    return host.getSchemeName().equals("https");
  }

  String hostName() {
    return host.getHostName();
  }

  int port() {
    return host.getPort() >= 0 ? host.getPort() : isSecure() ? 443 : 80;
  }

  /** The value of the {@code Host} header. */
  String authority() {
    return host.toHostString();
  }

  @Override
  public String toString() {
    return host.toURI();
  }

  /** A server's own paths ({@code /score}) lie beside {@code /v1}, not below it. */
  private String withoutV1() {
    return prefix.endsWith(V1) ? prefix.substring(0, prefix.length() - V1.length()) : prefix;
  }

  private static String withoutEndSlash(String path) {
    var end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static void check(String lineUrl) {
    if (!lineUrl.startsWith("/") || !isVisibleAscii(lineUrl)) {
      throw new IllegalArgumentException(
          "a line's url must begin with / and be visible ASCII, not \"%s\"".formatted(lineUrl));
    }
  }

  /** A loop and no stream, as this is asked for every call. */
  private static boolean isVisibleAscii(String text) {
    for (var i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static void check(URI url, boolean good, String rule) {
    if (!good) {
      throw wrong(url, rule);
    }
  }

  private static IllegalArgumentException wrong(URI url, String rule) {
    return new IllegalArgumentException("upstream URL \"%s\" %s".formatted(shown(url), rule));
  }

  /** A password in the URL must not come back in a message. */
  private static String shown(URI url) {
    return url.toString().replaceFirst("//.*@", "//***@");
  }
}
