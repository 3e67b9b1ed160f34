package dev.nightjar.store;

import dev.nightjar.store.ApiKey.Scope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the API keys and their projects, under the rules of {@link Stores}. Other processes may
 * write them at the same time, and each call sees what they have written. Keys are never deleted.
 */
public interface KeyStore {
  /**
   * Records a key, and its project if there is none of that name.
   *
   * @param hash SHA-256 of the key's text
   */
  ApiKey createKey(NewKey key, byte[] hash);

  /** The key with this hash, also if it was revoked. */
  Optional<ApiKey> key(byte[] hash);

  /** All keys, oldest first. */
  List<ApiKey> keys();

  /** Whether there has ever been a key. */
  boolean hasKeys();

  /** The key as it is then: one that was revoked before keeps that time. Empty: no such key. */
  Optional<ApiKey> revokeKey(KeyId id);

  boolean hasProject(String name);

  /** A key to record. */
  record NewKey(
      KeyId id,
      String project,
      String name,
      Set<Scope> scopes,
      @Nullable Integer requestsPerMinute) {}
}
