package dev.nightjar.cli.client;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Which server, and as whom.
 *
 * @param base such as {@code http://127.0.0.1:8080/v1}, without a slash at its end
 * @param key sent as bearer token; null for none
 * @param project null for the key's own
 */
record ApiTarget(URI base, @Nullable String key, @Nullable String project) {
  /** Never with the key. */
  @Override
  public String toString() {
    return base.toString();
  }
}
