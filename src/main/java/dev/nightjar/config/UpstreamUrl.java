package dev.nightjar.config;

import dev.nightjar.net.HostPort;
import java.net.URI;

/** The URL of an upstream, as somebody wrote it. */
public final class UpstreamUrl {
  private UpstreamUrl() {}

  /** Refuses what cannot be called, without repeating a secret in it. */
  public static URI parse(String url) {
    URI uri = uri(url);
    String scheme = "" + uri.getScheme();
    boolean isHttp = scheme.equals("http") || scheme.equals("https");
    if (isHttp && ("" + uri.getRawAuthority()).contains("@")) {
      throw wrong(
          "upstream '%s' has a user or password in its URL: give the key apart, by --api-key or api_key",
          url);
    }
    if (scheme.equals("unix") || url.startsWith("/")) {
      throw wrong(
          "upstream '%s' is a socket's file; upstreams are called over TCP: let it listen on a port",
          url);
    }
    if (!isHttp || HostPort.of(uri).isEmpty()) {
      throw none(url);
    }
    BasePath.check(uri);
    return uri;
  }

  private static URI uri(String url) {
    try {
      return URI.create(url);
    } catch (IllegalArgumentException _) {
      throw none(url);
    }
  }

  private static SettingsException none(String url) {
    return wrong("upstream '%s' is not a URL such as http://127.0.0.1:8000/v1", url);
  }

  private static SettingsException wrong(String sentence, String url) {
    return new SettingsException(sentence.formatted(MaskedUrl.of(url)));
  }
}
