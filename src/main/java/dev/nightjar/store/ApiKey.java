package dev.nightjar.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an API key: all but its text.
 *
 * @param project the one whose files and batches it is for
 * @param name for people, to tell it from others; may be empty
 * @param requestsPerMinute null: as many as come
 * @param revokedAt since when it opens nothing; null while it does
 */
public record ApiKey(
    KeyId id,
    String project,
    String name,
    Set<Scope> scopes,
    @Nullable Integer requestsPerMinute,
    Instant createdAt,
    @Nullable Instant revokedAt) {
  public static final int NAME_CHARACTERS_MAX = 200;
  private static final Pattern PROJECT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  public ApiKey {
    scopes = Set.copyOf(scopes);
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("a key without a scope opens nothing");
    }
  }

  /** What a key may do; each may also do what the ones before it may. */
  public enum Scope {
    /** GET and HEAD. */
    READ,
    /** All other methods. */
    WRITE,
    /** Other projects too. */
    ADMIN
  }

  public boolean allows(Scope needed) {
    return scopes.stream().anyMatch(scope -> scope.compareTo(needed) >= 0);
  }

  /** SHA-256 of a key's text: what is kept of it. The text has chance enough to need no salt. */
  public static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a project may be called so. */
  public static boolean isProjectName(String name) {
    return PROJECT.matcher(name).matches();
  }
}
