package dev.nightjar.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds webhook endpoints and what is on its way to them, under the rules of {@link Stores}.
 * Deliveries come into being in the transaction that ends a batch, one for each enabled endpoint of
 * its project that wants the event. An endpoint that is disabled or deleted has none that are
 * pending.
 */
public interface WebhookStore {
  /** Records an endpoint; empty if its project has {@code endpointsMax} others. */
  Optional<WebhookEndpoint> createWebhookEndpoint(NewEndpoint endpoint, int endpointsMax);

  /** An endpoint that is not deleted. */
  Optional<WebhookEndpoint> webhookEndpoint(String project, String id);

  /** All endpoints of a project, newest first. */
  List<WebhookEndpoint> webhookEndpoints(String project);

  /**
   * Changes an endpoint in one transaction; {@code change} gets it as it is then, and does nothing
   * else. Empty if there is none.
   */
  Optional<WebhookEndpoint> changeWebhookEndpoint(String project, String id, Change change);

  /** Its pending deliveries fail. */
  boolean deleteWebhookEndpoint(String project, String id);

  Optional<WebhookDelivery> webhookDelivery(String project, String id);

  /**
   * The deliveries of an endpoint, newest first.
   *
   * @param after the last of the page before; null for the first page
   */
  List<WebhookDelivery> webhookDeliveries(
      WebhookEndpoint endpoint, @Nullable WebhookDelivery after, int limit);

  /**
   * Makes a delivery pending again, with all tries before it. Empty if it is gone, or its endpoint
   * is disabled or gone.
   */
  Optional<WebhookDelivery> replayWebhookDelivery(String project, String id);

  /**
   * Deliveries whose time has come, oldest first: at most {@code perEndpoint} of each endpoint and
   * {@code perProject} of each project, so that none hides those of another.
   */
  List<Due> dueWebhookDeliveries(int perEndpoint, int perProject);

  /** What is to be sent, if it is still due. */
  Optional<DueDelivery> dueWebhookDelivery(Due due);

  /** Makes all that is pending due now, at the latest. */
  void hastenWebhookDeliveries();

  /** How long until the first pending delivery is due whose time has not come yet. */
  Optional<Duration> nextWebhookDelivery();

  /**
   * Records how a try ended; a try that is recorded already, or that a replay has overtaken,
   * changes nothing.
   */
  void triedWebhookDelivery(Try ended);

  /**
   * Drops deliveries that ended so long ago, at most {@code max}, and deleted endpoints that have
   * none; how many deliveries it dropped.
   */
  int forgetWebhookDeliveries(Duration ago, int max);

  /** An endpoint to record. */
  record NewEndpoint(
      String id, String project, String name, String url, List<String> events, String secret) {}

  /** What becomes of an endpoint. */
  interface Change {
    WebhookEndpoint of(WebhookEndpoint endpoint, Instant now);
  }

  /** Whose delivery is due, by the sequences of endpoint and delivery. */
  record Due(String project, long endpoint, long delivery) {}

  record DueDelivery(WebhookDelivery delivery, WebhookEndpoint endpoint) {}

  /**
   * A try of a delivery.
   *
   * @param delivery as it was before
   * @param status of the answer; null if there was none
   * @param error why it failed; null if it did not
   */
  record Try(
      WebhookDelivery delivery,
      Outcome outcome,
      @Nullable Integer status,
      @Nullable String error) {}

  /** What becomes of a delivery. */
  sealed interface Outcome {
    record Delivered() implements Outcome {}

    record Again(Duration after) implements Outcome {}

    record GivenUp() implements Outcome {}

    /** Its endpoint is disabled: all its pending deliveries fail. */
    record EndpointGone(String reason) implements Outcome {}
  }
}
