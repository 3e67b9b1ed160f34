package dev.nightjar.engine.stepped;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.testing.ForwardingObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Real objects that carry the time of a clock of ours, and whose deletion somebody looks at.
 *
 * @param written when, by that clock; outlives the process
 */
record JumpyObjects(
    ObjectStore inner,
    Supplier<Instant> wall,
    Map<String, Instant> written,
    Consumer<String> deleted)
    implements ForwardingObjectStore {
  JumpyObjects(ObjectStore inner, Supplier<Instant> wall, Consumer<String> deleted) {
    this(inner, wall, new ConcurrentHashMap<>(), deleted);
  }

  @Override
  public Writer create(String key) throws IOException {
    written.put(key, wall.get());
    return inner.create(key);
  }

  @Override
  public boolean delete(String key) throws IOException {
    deleted.accept(key);
    return inner.delete(key);
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    return inner.list(prefix).stream().map(this::stamped).toList();
  }

  @Override
  public Page page(String place) throws IOException {
    Page page = inner.page(place);
    return new Page(page.entries().stream().map(this::stamped).toList(), page.next());
  }

  private Entry stamped(Entry entry) {
    return new Entry(
        entry.key(), entry.bytes(), written.getOrDefault(entry.key(), entry.modifiedAt()));
  }
}
