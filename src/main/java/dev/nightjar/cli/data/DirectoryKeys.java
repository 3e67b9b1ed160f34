package dev.nightjar.cli.data;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of data directories. */
public interface DirectoryKeys {
  /** Makes a key, and the directory if there is none. */
  CreatedKey create(Path data, NewKey key);

  List<ApiKey> list(Path data);

  /** The revoked key; empty: there is none of that id. */
  Optional<ApiKey> revoke(Path data, String id);

  /** A key to make. */
  record NewKey(
      String project, String name, Set<Scope> scopes, @Nullable Integer requestsPerMinute) {}

  /**
   * A key that was made.
   *
   * @param text the key itself, which cannot be had again
   */
  record CreatedKey(ApiKey key, String text) {}
}
