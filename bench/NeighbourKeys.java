import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyStore;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Stores;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keys of projects, made as they are asked for in the database of a server that may run. */
final class NeighbourKeys implements AutoCloseable {
  private final Stores stores;
  private final NewIds ids = new NewIds(new SecureRandom());
  private final Map<String, String> keys = new ConcurrentHashMap<>();

  NeighbourKeys(Stores stores) {
    this.stores = stores;
  }

  /** The database itself, for seeding. */
  Stores stores() {
    return stores;
  }

  /** The key of a project, which is made with it. */
  String of(String project) {
    return keys.computeIfAbsent(project, this::make);
  }

  private String make(String project) {
    String text = ids.newKeyText();
    var key = new KeyStore.NewKey(ids.newKey(), project, "", Set.of(Scope.WRITE), null);
    stores.keys().createKey(key, ApiKey.hash(text));
    return text;
  }

  @Override
  public void close() {
    stores.close();
  }
}
