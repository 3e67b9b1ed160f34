package dev.nightjar.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** A URL that webhooks may go to as far as its text tells. */
public record WebhookUrl(URI uri) {
  private static final int CHARACTERS_MAX = 2_000;
  private static final int PORT_MAX = 65_535;

  /** Throws IllegalArgumentException whose message says what is wrong, in a sentence. */
  public static WebhookUrl parse(String text) {
    require(
        text.length() <= CHARACTERS_MAX,
        "It has %d characters; the maximum is %d.".formatted(text.length(), CHARACTERS_MAX));
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("It is no URL" + place(text, e.getIndex()) + ".", e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    require(
        scheme.equals("http") || scheme.equals("https"), "It must begin with https:// or http://.");
    require(uri.getRawUserInfo() == null, "It must have no user name or password.");
    require(
        uri.getHost() != null && text.chars().allMatch(c -> c < 0x80),
        "It must name a host, in letters, digits, dots and hyphens, or an address.");
    require(uri.getRawFragment() == null, "It must have no fragment (#).");
    require(
        uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() <= PORT_MAX),
        "Its port must be from 1 to 65535.");
    return new WebhookUrl(uri);
  }

  private static String place(String text, int index) {
    return index < 0 || index >= text.length()
        ? ""
        : ": '%s' has no place at character %d"
            .formatted(Character.toString(text.codePointAt(index)), index + 1);
  }

  private static void require(boolean isSo, String otherwise) {
    if (!isSo) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  boolean isSecure() {
    return uri.getScheme().equalsIgnoreCase("https");
  }

  /** Its name or address, an IPv6 address without brackets. */
  String host() {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    if (uri.getPort() != -1) {
      return uri.getPort();
    }
    return isSecure() ? 443 : 80;
  }

  /** What the {@code Host} header says. */
  String authority() {
    return uri.getPort() == -1 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }

  /** What the request line says: path and query. */
  String target() {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }
}
