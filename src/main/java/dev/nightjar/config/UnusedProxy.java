package dev.nightjar.config;

import dev.nightjar.net.HostPort;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Upstreams are called directly: proxies of the environment are for ways out of a network, and
 * calls that take half an hour do not pass them. Whoever has set one is told.
 */
public final class UnusedProxy {
  private UnusedProxy() {}

  /** Empty if none is meant for an upstream. */
  public static Optional<String> warning(
      Map<String, String> environment, List<UpstreamSettings> upstreams) {
    return upstreams.stream()
        .flatMap(upstream -> variable(environment, URI.create(upstream.url())).stream())
        .findFirst()
        .map(name ->
            name + " is set, and is not used: upstreams are called directly, and so are webhooks");
  }

  private static Optional<String> variable(Map<String, String> environment, URI url) {
    String host = HostPort.of(url).map(HostPort::host).orElse("").toLowerCase(Locale.ROOT);
    if (isLoopback(host) || isExcepted(environment, host)) {
      return Optional.empty();
    }
    return Stream.of(url.getScheme() + "_proxy", "all_proxy")
        .flatMap(name -> Stream.of(name, name.toUpperCase(Locale.ROOT)))
        .filter(name -> !environment.getOrDefault(name, "").isBlank())
        .findFirst();
  }

  private static boolean isLoopback(String host) {
    try {
      return host.equals("localhost")
          || host.endsWith(".localhost")
          || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false; // A name.
    }
  }

  private static boolean isExcepted(Map<String, String> environment, String host) {
    String list = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
    return Arrays.stream(list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1))
        .map(entry -> entry.replaceFirst("^\\*?\\.", ""))
        .filter(entry -> !entry.isEmpty())
        .anyMatch(entry -> entry.equals("*") || host.equals(entry) || host.endsWith("." + entry));
  }
}
