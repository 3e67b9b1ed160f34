package dev.nightjar.store.sqlite;

import dev.nightjar.store.Stores;
import dev.nightjar.store.WebhookStoreContract;
import java.nio.file.Path;

class SqliteWebhooksTest extends WebhookStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
