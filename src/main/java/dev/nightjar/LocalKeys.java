package dev.nightjar;

import dev.nightjar.cli.data.DirectoryKeys;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.KeyId;
import dev.nightjar.store.KeyStore;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Stores;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.store.local.LocalStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * {@code nightjar keys}: works on the database itself, beside a server that may be using it, and so
 * without the directory's lock.
 */
final class LocalKeys implements DirectoryKeys {
  private final NewIds ids = new NewIds(new SecureRandom());

  @Override
  public CreatedKey create(Path data, NewKey asked) {
    if (!Files.exists(data.resolve("format"))) {
      DataDirectory.open(data).close();
    }
    String text = ids.newKeyText();
    var key =
        new KeyStore.NewKey(
            ids.newKey(), asked.project(), asked.name(), asked.scopes(), asked.requestsPerMinute());
    try (Stores stores = open(data)) {
      return new CreatedKey(stores.keys().createKey(key, ApiKey.hash(text)), text);
    }
  }

  @Override
  public List<ApiKey> list(Path data) {
    try (Stores stores = open(data)) {
      return stores.keys().keys();
    }
  }

  @Override
  public Optional<ApiKey> revoke(Path data, String id) {
    try (Stores stores = open(data)) {
      return stores.keys().revokeKey(new KeyId(id));
    }
  }

  private static Stores open(Path data) {
    return LocalStores.beside(data, InstantSource.system());
  }
}
