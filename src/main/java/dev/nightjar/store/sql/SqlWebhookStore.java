package dev.nightjar.store.sql;

import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookStore;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The transactions on webhook endpoints and deliveries. */
final class SqlWebhookStore implements WebhookStore {
  private final Transactions database;
  private final Dialect dialect;
  private final InstantSource clock;

  SqlWebhookStore(Transactions database, Dialect dialect, InstantSource clock) {
    this.database = database;
    this.dialect = dialect;
    this.clock = clock;
  }

  // ---- endpoints

  @Override
  public Optional<WebhookEndpoint> createWebhookEndpoint(NewEndpoint endpoint, int endpointsMax) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, endpoint.project());
      EndpointTable.insert(sql, endpoint, endpointsMax, clock.instant());
      return EndpointTable.find(sql, endpoint.project(), endpoint.id());
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
  public Optional<WebhookEndpoint> changeWebhookEndpoint(String project, String id, Change change) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      Instant now = clock.instant();
      Optional<WebhookEndpoint> changed =
          EndpointTable.find(sql, project, id).map(endpoint -> change.of(endpoint, now));
      if (changed.isPresent()) {
        EndpointTable.update(sql, changed.get());
      }
      return changed;
    });
  }

  @Override
  public boolean deleteWebhookEndpoint(String project, String id) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      Optional<WebhookEndpoint> endpoint = EndpointTable.find(sql, project, id);
      if (endpoint.isEmpty()) {
        return false;
      }
      long sequence = endpoint.get().sequence();
      Instant now = clock.instant();
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
  public Optional<WebhookDelivery> replayWebhookDelivery(String project, String id) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      return DeliveryTable.replay(sql, project, id, clock.instant())
          ? DeliveryTable.find(sql, project, id)
          : Optional.empty();
    });
  }

  @Override
  public List<Due> dueWebhookDeliveries(int perEndpoint, int perProject) {
    return database.inRead(sql -> DeliveryTable.due(sql, clock.instant(), perEndpoint, perProject));
  }

  @Override
  public Optional<DueDelivery> dueWebhookDelivery(Due due) {
    return database.inRead(sql -> {
      Optional<WebhookDelivery> delivery = DeliveryTable.find(sql, due.delivery(), clock.instant());
      Optional<WebhookEndpoint> endpoint = EndpointTable.find(sql, due.endpoint());
      return delivery.flatMap(found -> endpoint.map(to -> new DueDelivery(found, to)));
    });
  }

  @Override
  public void hastenWebhookDeliveries() {
    database.inWrite(sql -> DeliveryTable.hasten(sql, clock.instant()));
  }

  @Override
  public Optional<Duration> nextWebhookDelivery() {
    return database.inRead(sql -> {
      Instant now = clock.instant();
      return DeliveryTable.next(sql, now).map(next -> Duration.between(now, next));
    });
  }

  @Override
  public void triedWebhookDelivery(Try ended) {
    database.inWrite(sql ->
        ended.outcome() instanceof Outcome.EndpointGone(String reason)
            ? endpointGone(sql, ended, reason)
            : DeliveryTable.tried(sql, ended, clock.instant()));
  }

  private boolean endpointGone(Sql sql, Try ended, String reason) throws SQLException {
    Optional<WebhookEndpoint> gone = EndpointTable.ofDelivery(sql, ended.delivery().id());
    if (gone.isEmpty()) {
      return false;
    }
    dialect.lockProject(sql, gone.get().project());
    Instant now = clock.instant();
    boolean isNew = DeliveryTable.tried(sql, ended, now);
    if (isNew) {
      long endpoint = gone.get().sequence();
      EndpointTable.disable(sql, endpoint, reason);
      DeliveryTable.failPending(sql, endpoint, "the endpoint is disabled: " + reason, now);
    }
    return isNew;
  }

  @Override
  public int forgetWebhookDeliveries(Duration ago, int max) {
    return database.inWrite(sql -> {
      int dropped = DeliveryTable.forget(sql, clock.instant().minus(ago), max);
      EndpointTable.forget(sql);
      return dropped;
    });
  }
}
