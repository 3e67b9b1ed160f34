package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.FileId;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.KeyStore.NewKey;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every KeyStore does with API keys and projects. */
public abstract class KeyStoreContract extends StoresContract {
  @Test
  void createdKeyIsFoundByItsHashAsItWasAlsoAfterAReopen() {
    ApiKey plain = create("key_a", PROJECT, null);
    ApiKey limited = create("key_b", "other", 60);

    reopen();

    assertThat(stores.keys().key(hash("key_a"))).contains(plain);
    assertThat(stores.keys().key(hash("key_b"))).contains(limited);
    assertThat(stores.keys().key(hash("key_c"))).isEmpty();
    assertThat(stores.keys().keys()).containsExactly(plain, limited);
  }

  @Test
  void keyIsCreatedOnceHoweverOftenItIsAsked() {
    ApiKey key = create("key_a", PROJECT, null);

    assertThat(create("key_a", PROJECT, null)).isEqualTo(key);
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
    var file = new NewFile(new FileId("file-a"), "other", "a", "batch", 5, null);
    stores.files().insertFile(file, Samples.content("file-a"));
    assertThat(at(NOW).files().file("other", file.id())).isPresent();
    assertThat(at(NOW).files().file(PROJECT, file.id())).isEmpty();
  }

  @Test
  void revokedKeyIsStillThereAndKeepsItsTime() {
    ApiKey key = create("key_a", PROJECT, 7);

    ApiKey revoked = at(NOW.plusSeconds(1)).keys().revokeKey(key.id()).orElseThrow();

    assertThat(revoked.revokedAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(at(NOW.plusSeconds(2)).keys().revokeKey(key.id())).contains(revoked);
    assertThat(stores.keys().key(hash("key_a"))).contains(revoked);
    assertThat(stores.keys().keys()).containsExactly(revoked);
    assertThat(at(NOW).keys().revokeKey(new KeyId("key_b"))).isEmpty();
  }

  @Test
  void thereHaveBeenKeysOnceOneWasCreatedEvenIfAllAreRevoked() {
    assertThat(stores.keys().hasKeys()).isFalse();

    ApiKey key = create("key_a", PROJECT, null);
    at(NOW).keys().revokeKey(key.id());

    assertThat(stores.keys().hasKeys()).isTrue();
  }

  @Test
  void whatAnotherOwnerOfTheStoreWritesIsSeenAtOnce() {
    try (Stores other = open(NODE)) {
      assertThat(stores.keys().hasKeys()).isFalse();

      ApiKey key = other.keys().createKey(key("key_a", "other", null), hash("key_a"));

      assertThat(stores.keys().hasKeys()).isTrue();
      assertThat(stores.keys().key(hash("key_a"))).contains(key);
      other.keys().revokeKey(key.id());
      assertThat(stores.keys().key(hash("key_a")).orElseThrow().revokedAt()).isEqualTo(NOW);
    }
  }

  private static NewKey key(String id, String project, @Nullable Integer perMinute) {
    Set<Scope> scopes = Set.of(Scope.READ, Scope.WRITE);
    return new NewKey(new KeyId(id), project, "of " + id, scopes, perMinute);
  }

  private ApiKey create(String id, String project, @Nullable Integer perMinute) {
    ApiKey made = stores.keys().createKey(key(id, project, perMinute), hash(id));
    Set<Scope> scopes = Set.of(Scope.READ, Scope.WRITE);
    assertThat(made)
        .isEqualTo(new ApiKey(new KeyId(id), project, "of " + id, scopes, perMinute, NOW, null));
    return made;
  }

  private static byte[] hash(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
