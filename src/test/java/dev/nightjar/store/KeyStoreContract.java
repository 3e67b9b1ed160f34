package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.FileId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.MetaStore.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every MetaStore does with API keys and projects. */
public abstract class KeyStoreContract {
  @TempDir protected Path directory;
  private MetaStore store;

  /** Opens the store of this directory, which may have been used before, or be in use. */
  protected abstract MetaStore open(Path directory);

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void createdKeyIsFoundByItsHashAsItWasAlsoAfterAReopen() {
    ApiKey plain = create("key_a", PROJECT, null);
    ApiKey limited = create("key_b", "other", 60);

    store.close();
    store = open(directory);

    assertThat(store.key(hash("key_a"))).contains(plain);
    assertThat(store.key(hash("key_b"))).contains(limited);
    assertThat(store.key(hash("key_c"))).isEmpty();
    assertThat(store.keys()).containsExactly(plain, limited);
  }

  @Test
  void keyIsCreatedOnceHoweverOftenItIsAsked() {
    ApiKey key = create("key_a", PROJECT, null);

    store.createKey(key, hash("key_a"));

    assertThat(store.keys()).containsExactly(key);
  }

  @Test
  void twoKeysNeverShareAHash() {
    create("key_a", PROJECT, null);

    assertThatThrownBy(() -> store.createKey(key("key_b", PROJECT, null), hash("key_a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void projectIsMadeWithItsFirstKeyAndMayOwnFiles() {
    assertThat(store.hasProject("other")).isFalse();

    create("key_a", "other", null);
    create("key_b", "other", null);

    assertThat(store.hasProject("other")).isTrue();
    assertThat(store.hasProject("another")).isFalse();
    var file = new StoredFile(new FileId("file-a"), 0, "other", "a", "batch", 5, NOW, null);
    store.insertFile(file, Samples.content("file-a"));
    assertThat(store.file("other", file.id(), NOW)).isPresent();
    assertThat(store.file(PROJECT, file.id(), NOW)).isEmpty();
  }

  @Test
  void revokedKeyIsStillThereAndKeepsItsTime() {
    ApiKey key = create("key_a", PROJECT, 7);

    ApiKey revoked = store.revokeKey(key.id(), NOW.plusSeconds(1)).orElseThrow();

    assertThat(revoked.revokedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(store.revokeKey(key.id(), NOW.plusSeconds(2))).contains(revoked);
    assertThat(store.key(hash("key_a"))).contains(revoked);
    assertThat(store.keys()).containsExactly(revoked);
    assertThat(store.revokeKey(new KeyId("key_b"), NOW)).isEmpty();
  }

  @Test
  void thereHaveBeenKeysOnceOneWasCreatedEvenIfAllAreRevoked() {
    assertThat(store.hasKeys()).isFalse();

    ApiKey key = create("key_a", PROJECT, null);
    store.revokeKey(key.id(), NOW);

    assertThat(store.hasKeys()).isTrue();
  }

  @Test
  void whatAnotherOwnerOfTheStoreWritesIsSeenAtOnce() {
    try (MetaStore other = open(directory)) {
      assertThat(store.hasKeys()).isFalse();
      ApiKey key = key("key_a", "other", null);

      other.createKey(key, hash("key_a"));

      assertThat(store.hasKeys()).isTrue();
      assertThat(store.key(hash("key_a"))).contains(key);
      other.revokeKey(key.id(), NOW);
      assertThat(store.key(hash("key_a")).orElseThrow().revokedAt()).isEqualTo(NOW);
    }
  }

  private static ApiKey key(String id, String project, @Nullable Integer perMinute) {
    Set<Scope> scopes = Set.of(Scope.READ, Scope.WRITE);
    return new ApiKey(new KeyId(id), project, "of " + id, scopes, perMinute, NOW, null);
  }

  private ApiKey create(String id, String project, @Nullable Integer perMinute) {
    ApiKey key = key(id, project, perMinute);
    store.createKey(key, hash(id));
    return key;
  }

  private static byte[] hash(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
