package dev.nightjar.api;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyStore;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, and for which project. The store is asked at each request, so that a key that is
 * revoked, by whatever process, opens nothing from the next request on. Any thread may call it.
 */
public final class Access {
  private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+) *");
  private static final String DEFAULT_PROJECT = "default";
  private static final int SHOWN_CHARACTERS_MIN = 20;

  private final KeyStore keys;
  private final boolean isOpen;
  private final RequestRates rates;
  private volatile boolean hasKeys;

  /**
   * Access by the keys of this store.
   *
   * @param isOpen whether requests without a key are welcome although there are keys
   * @param nanos as {@link System#nanoTime}
   */
  public Access(KeyStore keys, boolean isOpen, LongSupplier nanos) {
    this.keys = keys;
    this.isOpen = isOpen;
    this.rates = new RequestRates(nanos);
  }

  /**
   * The key that a request comes with. Empty: it needs none, because there has never been a key, or
   * the server is open and it brings none.
   *
   * @param authorization the header; null for none
   */
  public Optional<ApiKey> identify(@Nullable String authorization) {
    if (!hasKeys()) {
      return Optional.empty();
    }
    if (authorization == null && isOpen) {
      return Optional.empty();
    }
    Matcher bearer = BEARER.matcher(authorization == null ? "" : authorization.strip());
    if (!bearer.matches()) {
      throw new ApiError(
          401,
          null,
          null,
          "No API key was given. Send one as the header 'Authorization: Bearer sk-nj-...';"
              + " 'nightjar keys create' makes one.");
    }
    String text = bearer.group(1);
    ApiKey key =
        keys.key(ApiKey.hash(text)).orElseThrow(() -> incorrect(text, "There is no such key"));
    if (key.revokedAt() != null) {
      throw incorrect(text, "It was revoked at " + key.revokedAt());
    }
    return Optional.of(key);
  }

  public boolean isOpen() {
    return isOpen;
  }

  /**
   * Refuses what came through a proxy while there is no key: to a server that only this machine
   * reaches, all that a proxy on it lets in looks as if it came from there.
   */
  public void requireKeysBehindProxy() {
    if (!isOpen && !hasKeys()) {
      throw new ApiError(
          403,
          null,
          null,
          "This request came through a proxy, and a server without keys is for its own machine"
              + " only: make a key with 'nightjar keys create', or start it with --open if whoever"
              + " reaches the proxy may use it.");
    }
  }

  /** Counts a request of this key; empty if it has no limit. */
  public Optional<RequestRate> count(ApiKey key) {
    return rates.take(key);
  }

  /**
   * The project that a request is about.
   *
   * @param key what {@link #identify} found; null for none
   * @param asked the project that the request names; null for none
   */
  public String project(@Nullable ApiKey key, Scope needed, @Nullable String asked) {
    if (key != null && !key.allows(needed)) {
      throw new ApiError(
          403,
          "insufficient_permissions",
          null,
          "You have insufficient permissions for this operation. Missing scopes: %s. Key %s has: %s."
              .formatted(text(needed), key.id(), scopes(key)));
    }
    String own = key == null ? DEFAULT_PROJECT : key.project();
    if (asked == null || asked.isBlank() || asked.equals(own) || (key == null && !hasKeys())) {
      return own;
    }
    if (key != null && key.allows(Scope.ADMIN) && keys.hasProject(asked)) {
      return asked;
    }
    throw new ApiError(
        401,
        "mismatched_project",
        null,
        "OpenAI-Project header should match project for API key: leave it out, or name a project"
            + " that exists and that the key is for.");
  }

  /** Once there was a key there will always have been one: then nothing is asked any more. */
  private boolean hasKeys() {
    if (!hasKeys) {
      hasKeys = keys.hasKeys();
    }
    return hasKeys;
  }

  private static ApiError incorrect(String text, String reason) {
    return new ApiError(
        401,
        "invalid_api_key",
        null,
        "Incorrect API key provided: %s. %s. 'nightjar keys list' shows the keys of a server."
            .formatted(masked(text), reason));
  }

  /** Enough for its owner to tell which one it is. */
  private static String masked(String text) {
    if (text.length() < SHOWN_CHARACTERS_MIN) {
      return "***";
    }
    return text.substring(0, 8) + "***" + text.substring(text.length() - 2);
  }

  private static String scopes(ApiKey key) {
    return String.join(", ", key.scopes().stream().sorted().map(Access::text).toList());
  }

  private static String text(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
