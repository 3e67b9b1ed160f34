package dev.nightjar.config;

import dev.nightjar.net.HostPort;
import dev.nightjar.net.PublicAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** Keys that go over the Internet for everybody to read. */
public final class KeyExposure {
  private KeyExposure() {}

  /** What to tell the operator; empty if the key is encrypted, or stays in a network of theirs. */
  public static Optional<String> warning(UpstreamSettings upstream) {
    URI url = URI.create(upstream.url());
    boolean hasSecret = upstream.apiKey() != null || !upstream.headers().isEmpty();
    boolean isPlain = "http".equals(url.getScheme());
    if (!hasSecret || !isPlain || HostPort.of(url).filter(KeyExposure::isPublic).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "the key of %s goes over plain HTTP, where whoever is between can read it: use https"
            .formatted(upstream));
  }

  private static boolean isPublic(HostPort where) {
    try {
      return Arrays.stream(InetAddress.getAllByName(where.host())).anyMatch(PublicAddress::is);
    } catch (UnknownHostException _) {
      return false; // The probe says so.
    }
  }
}
