package dev.nightjar.config;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens, and to whom.
 *
 * @param port 0 for any
 * @param tls null to speak plainly
 */
public record ListenerSettings(String host, int port, Doors doors, @Nullable TlsSettings tls) {
  public static final String HOST = "127.0.0.1";
  public static final int PORT = 8080;

  public ListenerSettings {
    if (port < 0 || port > 65_535) {
      throw new SettingsException("port is %d; it must be from 0 to 65535".formatted(port));
    }
  }

  /**
   * Who may come in without a key.
   *
   * @param isOpen whether requests without one are welcome although there are keys, or others can
   *     reach the host
   * @param names of hosts, in lower case, that such requests may be for beside the usual ones
   */
  public record Doors(boolean isOpen, Set<String> names) {
    public static final Doors DEFAULT = new Doors(false, Set.of());

    public Doors {
      names = Set.copyOf(names);
    }
  }

  /** PEM files. */
  public record TlsSettings(Path certificate, Path key) {}
}
