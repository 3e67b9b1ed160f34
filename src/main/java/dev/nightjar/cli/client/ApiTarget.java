package dev.nightjar.cli.client;

import dev.nightjar.config.ClientTls;
import dev.nightjar.net.HostPort;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Which server, and as whom.
 *
 * @param base such as {@code http://127.0.0.1:8080/v1}, without a slash at its end
 * @param key sent as bearer token; null for none
 * @param project null for the key's own
 * @param tls whom it trusts
 */
record ApiTarget(URI base, @Nullable String key, @Nullable String project, ClientTls tls) {
  ApiTarget(URI base, @Nullable String key, @Nullable String project) {
    this(base, key, project, ClientTls.DEFAULT);
  }

  /** Where requests go: the client of the JDK knows no host with an underscore, but its address. */
  URI reached() {
    HostPort where = HostPort.of(base).orElse(null);
    if (base.getHost() != null || where == null) {
      return base;
    }
    try {
      String address = InetAddress.getByName(where.host()).getHostAddress();
      return new URI(base.getScheme(), null, address, where.port(), base.getPath(), null, null);
    } catch (UnknownHostException | URISyntaxException _) {
      throw new CommandException(
          ExitCode.UNREACHABLE,
          "the server at %s cannot be reached: its host name is unknown".formatted(base),
          true);
    }
  }

  boolean isSecure() {
    return "https".equals(base.getScheme());
  }

  /** Never with the key. */
  @Override
  public String toString() {
    return base.toString();
  }
}
