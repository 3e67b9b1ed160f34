package dev.nightjar.webhook;

import dev.nightjar.net.PublicAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where webhooks may go. Whoever creates an endpoint makes this server send requests: so they go to
 * public addresses only, and to what the operator allows. Any thread.
 */
public record Targets(Resolver resolver, AllowList allowed) {

  /** The host has an address that webhooks may not reach. Which one is nobody's business. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    RefusedException(String host) {
      this.reason =
          "host '%s' has an address that is not public, and the server's setting webhooks.allow_private does not allow it"
              .formatted(host);
    }

    public String reason() {
      return reason;
    }
  }

  /**
   * The addresses of a URL's host as of now. A connection must go to one of them: a second lookup
   * may tell of others.
   */
  public List<InetAddress> addresses(String project, WebhookUrl url)
      throws UnknownHostException, RefusedException {
    String host = url.host();
    List<InetAddress> addresses = resolver.resolve(project, host);
    for (InetAddress address : addresses) {
      if (!PublicAddress.is(address) && !allowed.allows(host, address)) {
        throw new RefusedException(host);
      }
    }
    return addresses;
  }
}
