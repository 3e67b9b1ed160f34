package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.FileId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ApiKey.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every KeyStore does with API keys and projects. */
public abstract class KeyStoreContract {
  @TempDir protected Path directory;
  private Stores stores;

  /** Opens the store of this directory, which may have been used before, or be in use. */
  protected abstract Stores open(Path directory);

  @BeforeEach
  void openStore() {
    stores = open(directory);
  }

  @AfterEach
  void closeStore() {
    stores.close();
  }

  @Test
  void createdKeyIsFoundByItsHashAsItWasAlsoAfterAReopen() {
    ApiKey plain = create("key_a", PROJECT, null);
    ApiKey limited = create("key_b", "other", 60);

    stores.close();
    stores = open(directory);

    assertThat(stores.keys().key(hash("key_a"))).contains(plain);
    assertThat(stores.keys().key(hash("key_b"))).contains(limited);
    assertThat(stores.keys().key(hash("key_c"))).isEmpty();
    assertThat(stores.keys().keys()).containsExactly(plain, limited);
  }

  @Test
  void keyIsCreatedOnceHoweverOftenItIsAsked() {
    ApiKey key = create("key_a", PROJECT, null);

    stores.keys().createKey(key, hash("key_a"));

    assertThat(stores.keys().keys()).containsExactly(key);
  }

  @Test
  void twoKeysNeverShareAHash() {
    create("key_a", PROJECT, null);

    assertThatThrownBy(() -> stores.keys().createKey(key("key_b", PROJECT, null), hash("key_a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void projectIsMadeWithItsFirstKeyAndMayOwnFiles() {
    assertThat(stores.keys().hasProject("other")).isFalse();

    create("key_a", "other", null);
    create("key_b", "other", null);

    assertThat(stores.keys().hasProject("other")).isTrue();
    assertThat(stores.keys().hasProject("another")).isFalse();
    var file = new StoredFile(new FileId("file-a"), 0, "other", "a", "batch", 5, NOW, null);
    stores.files().insertFile(file, Samples.content("file-a"));
    assertThat(stores.files().file("other", file.id(), NOW)).isPresent();
    assertThat(stores.files().file(PROJECT, file.id(), NOW)).isEmpty();
  }

  @Test
  void revokedKeyIsStillThereAndKeepsItsTime() {
    ApiKey key = create("key_a", PROJECT, 7);

    ApiKey revoked = stores.keys().revokeKey(key.id(), NOW.plusSeconds(1)).orElseThrow();

    assertThat(revoked.revokedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(stores.keys().revokeKey(key.id(), NOW.plusSeconds(2))).contains(revoked);
    assertThat(stores.keys().key(hash("key_a"))).contains(revoked);
    assertThat(stores.keys().keys()).containsExactly(revoked);
    assertThat(stores.keys().revokeKey(new KeyId("key_b"), NOW)).isEmpty();
  }

  @Test
  void thereHaveBeenKeysOnceOneWasCreatedEvenIfAllAreRevoked() {
    assertThat(stores.keys().hasKeys()).isFalse();

    ApiKey key = create("key_a", PROJECT, null);
    stores.keys().revokeKey(key.id(), NOW);

    assertThat(stores.keys().hasKeys()).isTrue();
  }

  @Test
  void whatAnotherOwnerOfTheStoreWritesIsSeenAtOnce() {
    try (Stores other = open(directory)) {
      assertThat(stores.keys().hasKeys()).isFalse();
      ApiKey key = key("key_a", "other", null);

      other.keys().createKey(key, hash("key_a"));

      assertThat(stores.keys().hasKeys()).isTrue();
      assertThat(stores.keys().key(hash("key_a"))).contains(key);
      other.keys().revokeKey(key.id(), NOW);
      assertThat(stores.keys().key(hash("key_a")).orElseThrow().revokedAt()).isEqualTo(NOW);
    }
  }

  private static ApiKey key(String id, String project, @Nullable Integer perMinute) {
    Set<Scope> scopes = Set.of(Scope.READ, Scope.WRITE);
    return new ApiKey(new KeyId(id), project, "of " + id, scopes, perMinute, NOW, null);
  }

  private ApiKey create(String id, String project, @Nullable Integer perMinute) {
    ApiKey key = key(id, project, perMinute);
    stores.keys().createKey(key, hash(id));
    return key;
  }

  private static byte[] hash(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
