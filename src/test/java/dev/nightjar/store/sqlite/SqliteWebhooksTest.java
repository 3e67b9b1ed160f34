package dev.nightjar.store.sqlite;

import dev.nightjar.store.MetaStore;
import dev.nightjar.store.WebhookStoreContract;
import java.nio.file.Path;

class SqliteWebhooksTest extends WebhookStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
