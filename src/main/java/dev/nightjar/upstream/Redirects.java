package dev.nightjar.upstream;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Which redirects are followed: 307 and 308, which keep method and body, on the same server. Its
 * key goes nowhere else.
 */
record Redirects(BaseUrl base) {
  /** The path to send the same request to; null when the answer is not to be followed. */
  @Nullable String path(ClassicHttpResponse answer) {
    var location = answer.getFirstHeader("Location");
    boolean keepsBody = answer.getCode() == 307 || answer.getCode() == 308;
    if (!keepsBody || location == null || location.getValue() == null) {
      return null;
    }
    try {
      var target = new URI(location.getValue().strip());
      var path = target.getRawPath();
      if (path == null || !path.startsWith("/") || !isHere(target)) {
        return null;
      }
      return target.getRawQuery() == null ? path : path + "?" + target.getRawQuery();
    } catch (URISyntaxException _) {
      return null;
    }
  }

  private boolean isHere(URI target) {
    if (!target.isAbsolute()) {
      return target.getRawAuthority() == null;
    }
    try {
      var other = BaseUrl.of(new URI(target.getScheme(), target.getRawAuthority(), "", null, null));
      return other.isSecure() == base.isSecure()
          && other.port() == base.port()
          && other.hostName().equalsIgnoreCase(base.hostName());
    } catch (URISyntaxException | IllegalArgumentException _) {
      return false;
    }
  }
}
