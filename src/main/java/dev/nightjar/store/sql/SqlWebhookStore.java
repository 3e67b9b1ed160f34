package dev.nightjar.store.sql;

import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookStore;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The transactions on webhook endpoints and deliveries. */
final class SqlWebhookStore implements WebhookStore {
  private final Transactions database;
  private final Dialect dialect;

  SqlWebhookStore(Transactions database, Dialect dialect) {
    this.database = database;
    this.dialect = dialect;
  }

  // ---- endpoints

  @Override
  public boolean createWebhookEndpoint(WebhookEndpoint endpoint, int endpointsMax) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, endpoint.project());
      EndpointTable.insert(sql, endpoint, endpointsMax);
      return EndpointTable.find(sql, endpoint.project(), endpoint.id()).isPresent();
    });
  }

  @Override
  public Optional<WebhookEndpoint> webhookEndpoint(String project, String id) {
    return database.inRead(sql -> EndpointTable.find(sql, project, id));
  }

  @Override
  public List<WebhookEndpoint> webhookEndpoints(String project) {
    return database.inRead(sql -> EndpointTable.of(sql, project));
  }

  @Override
  public Optional<WebhookEndpoint> changeWebhookEndpoint(
      String project, String id, UnaryOperator<WebhookEndpoint> change) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      Optional<WebhookEndpoint> changed = EndpointTable.find(sql, project, id).map(change);
      if (changed.isPresent()) {
        EndpointTable.update(sql, changed.get());
      }
      return changed;
    });
  }

  @Override
  public boolean deleteWebhookEndpoint(String project, String id, Instant now) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      Optional<WebhookEndpoint> endpoint = EndpointTable.find(sql, project, id);
      if (endpoint.isEmpty()) {
        return false;
      }
      long sequence = endpoint.get().sequence();
      EndpointTable.delete(sql, sequence, now);
      DeliveryTable.failPending(sql, sequence, "the endpoint was deleted", now);
      return true;
    });
  }

  // ---- deliveries

  @Override
  public Optional<WebhookDelivery> webhookDelivery(String project, String id) {
    return database.inRead(sql -> DeliveryTable.find(sql, project, id));
  }

  @Override
  public List<WebhookDelivery> webhookDeliveries(
      WebhookEndpoint endpoint, @Nullable WebhookDelivery after, int limit) {
    long before = after == null ? Long.MAX_VALUE : after.sequence();
    return database.inRead(sql -> DeliveryTable.of(sql, endpoint.sequence(), before, limit));
  }

  @Override
  public Optional<WebhookDelivery> replayWebhookDelivery(String project, String id, Instant now) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      return DeliveryTable.replay(sql, project, id, now)
          ? DeliveryTable.find(sql, project, id)
          : Optional.empty();
    });
  }

  @Override
  public List<Due> dueWebhookDeliveries(Instant now, int perEndpoint, int perProject) {
    return database.inRead(sql -> DeliveryTable.due(sql, now, perEndpoint, perProject));
  }

  @Override
  public Optional<DueDelivery> dueWebhookDelivery(Due due, Instant now) {
    return database.inRead(sql -> {
      Optional<WebhookDelivery> delivery = DeliveryTable.find(sql, due.delivery(), now);
      Optional<WebhookEndpoint> endpoint = EndpointTable.find(sql, due.endpoint());
      return delivery.flatMap(found -> endpoint.map(to -> new DueDelivery(found, to)));
    });
  }

  @Override
  public void hastenWebhookDeliveries(Instant now) {
    database.inWrite(sql -> DeliveryTable.hasten(sql, now));
  }

  @Override
  public Optional<Instant> nextWebhookDelivery(Instant now) {
    return database.inRead(sql -> DeliveryTable.next(sql, now));
  }

  @Override
  public void triedWebhookDelivery(Try ended) {
    database.inWrite(sql ->
        ended.outcome() instanceof Outcome.EndpointGone(String reason)
            ? endpointGone(sql, ended, reason)
            : DeliveryTable.tried(sql, ended));
  }

  private boolean endpointGone(Sql sql, Try ended, String reason) throws SQLException {
    Optional<WebhookEndpoint> gone = EndpointTable.ofDelivery(sql, ended.delivery().id());
    if (gone.isEmpty()) {
      return false;
    }
    dialect.lockProject(sql, gone.get().project());
    boolean isNew = DeliveryTable.tried(sql, ended);
    if (isNew) {
      long endpoint = gone.get().sequence();
      EndpointTable.disable(sql, endpoint, reason);
      DeliveryTable.failPending(sql, endpoint, "the endpoint is disabled: " + reason, ended.at());
    }
    return isNew;
  }

  @Override
  public int forgetWebhookDeliveries(Instant endedBy, int max) {
    return database.inWrite(sql -> {
      int dropped = DeliveryTable.forget(sql, endedBy, max);
      EndpointTable.forget(sql);
      return dropped;
    });
  }
}
