package dev.nightjar.net;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a URL points. Names with an underscore are taken, as Docker makes them and resolves them;
 * {@link URI} has no host for those.
 *
 * @param host a name or an address, an IPv6 address without brackets
 * @param port -1 if the URL has none
 */
public record HostPort(String host, int port) {
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([A-Za-z0-9._-]+))(?::(\\d{0,6}))?");

  /** Empty if it names no host, or has a user beside it. */
  public static Optional<HostPort> of(URI url) {
    String authority = url.getRawAuthority();
    Matcher parts = AUTHORITY.matcher(authority == null ? "" : authority);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    String port = parts.group(3);
    return Optional.of(
        new HostPort(host, port == null || port.isEmpty() ? -1 : Integer.parseInt(port)));
  }
}
