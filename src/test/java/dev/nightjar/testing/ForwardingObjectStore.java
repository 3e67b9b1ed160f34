package dev.nightjar.testing;

import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.util.List;

/** A store that does what another does, but for what a test changes. */
public interface ForwardingObjectStore extends ObjectStore {
  ObjectStore inner();

  @Override
  default Writer create(String key) throws IOException {
    return inner().create(key);
  }

  @Override
  default Reader open(String key) throws IOException {
    return inner().open(key);
  }

  @Override
  default long length(String key) throws IOException {
    return inner().length(key);
  }

  @Override
  default boolean delete(String key) throws IOException {
    return inner().delete(key);
  }

  @Override
  default List<Entry> list(String prefix) throws IOException {
    return inner().list(prefix);
  }

  @Override
  default Page page(String place) throws IOException {
    return inner().page(place);
  }

  @Override
  default long damagedReads() {
    return inner().damagedReads();
  }

  @Override
  default void close() {
    inner().close();
  }
}
