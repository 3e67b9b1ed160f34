package dev.nightjar.config;

import java.util.regex.Pattern;

/** A URL as it may be shown: without the places in it where secrets are. */
public final class MaskedUrl {
  private static final Pattern USER = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:)?(//)?.*@");
  private static final Pattern QUERY = Pattern.compile("[?#].*");

  private MaskedUrl() {}

  /** Of any text that was meant as a URL. */
  public static String of(String url) {
    String withoutUser = USER.matcher(url).replaceFirst("$1$2***@");
    return QUERY.matcher(withoutUser).replaceFirst("?***");
  }
}
