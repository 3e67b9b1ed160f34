package dev.nightjar.webhook;

import dev.nightjar.net.HostPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** A URL that webhooks may go to as far as its text tells. */
public record WebhookUrl(URI uri, HostPort where) {
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
    String authority = "" + uri.getRawAuthority();
    require(authority.indexOf('@') < 0, "It must have no user name or password.");
    HostPort where =
        HostPort.of(uri)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "It must name a host, in letters, digits, dots, hyphens and underscores, or an"
                        + " address."));
    require(uri.getRawFragment() == null, "It must have no fragment (#).");
    require(
        where.port() == -1 || (where.port() > 0 && where.port() <= PORT_MAX),
        "Its port must be from 1 to 65535.");
    return new WebhookUrl(uri, where);
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
  public String host() {
    return where.host();
  }

  int port() {
    if (where.port() != -1) {
      return where.port();
    }
    return isSecure() ? 443 : 80;
  }

  /** What the {@code Host} header says. */
  String authority() {
    return uri.getRawAuthority();
  }

  /** What the request line says: path and query. */
  String target() {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }
}
