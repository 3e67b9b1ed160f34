package dev.nightjar.api.webhooks;

import static java.util.Objects.requireNonNullElse;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.Page;
import dev.nightjar.api.PageLimit;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.Change;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import dev.nightjar.webhook.Message;
import dev.nightjar.webhook.Places;
import dev.nightjar.webhook.Reply;
import dev.nightjar.webhook.Sender;
import dev.nightjar.webhook.Targets;
import dev.nightjar.webhook.Targets.RefusedException;
import dev.nightjar.webhook.WebhookUrl;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the verbs of {@code /webhook_endpoints} and {@code /webhook_deliveries} do. Any thread. */
public final class Webhooks {
  /** Of one project. */
  public static final int ENDPOINTS_MAX = 20;

  private static final PageLimit LIMIT = new PageLimit(1, 100, 20);
  private static final int TESTS_MAX = 16;
  private static final int TESTS_KEPT = 8;

  private final ApiStores stores;
  private final ApiLimits limits;
  private final Outbound outbound;
  private final Places tests = new Places(TESTS_MAX, TESTS_KEPT);

  /**
   * The way out.
   *
   * @param due to be called when something may have become due; does not wait
   */
  public record Outbound(Targets targets, Sender sender, Runnable due) {}

  /** How a test went. */
  public record Tested(String endpoint, String type, int status) {}

  public Webhooks(ApiStores stores, ApiLimits limits, Outbound outbound) {
    this.stores = stores;
    this.limits = limits;
    this.outbound = outbound;
  }

  public ApiLimits limits() {
    return limits;
  }

  /** Those that an endpoint may be told of. */
  public List<String> eventTypes() {
    return WebhookRequest.EVENTS;
  }

  // ---- endpoints

  public WebhookEndpoint create(String project, JsonNode body) {
    WebhookRequest request = WebhookRequest.of(body);
    String url = request.url();
    if (url == null) {
      throw ApiError.missing("url");
    }
    checkTarget(project, url);
    var endpoint =
        new NewEndpoint(
            stores.ids().newWebhookEndpoint(),
            project,
            requireNonNullElse(request.name(), WebhookUrl.parse(url).host()),
            url,
            requireNonNullElse(request.eventTypes(), WebhookRequest.EVENTS),
            stores.ids().newWebhookSecret());
    return stores
        .webhooks()
        .createWebhookEndpoint(endpoint, ENDPOINTS_MAX)
        .orElseThrow(() ->
            ApiError.invalidValue(
                "url",
                "There are %d webhook endpoints already, which is the maximum of a project. Delete one first."
                    .formatted(ENDPOINTS_MAX)));
  }

  /** Checked at each delivery, too: what a name means may change. */
  private void checkTarget(String project, String url) {
    try {
      var _ = outbound.targets().addresses(project, WebhookUrl.parse(url));
    } catch (UnknownHostException _) {
      throw ApiError.invalidValue("url", "Invalid 'url'. Its host is unknown.");
    } catch (RefusedException e) {
      throw ApiError.invalidValue("url", "Invalid 'url': %s.".formatted(e.reason()));
    }
  }

  public WebhookEndpoint get(String project, String id) {
    return stores.webhooks().webhookEndpoint(project, id).orElseThrow(() -> unknownEndpoint(id));
  }

  /** A page, newest first. */
  public Page<WebhookEndpoint> list(
      String project, @Nullable String limit, @Nullable String after) {
    int count = LIMIT.of(limit);
    List<WebhookEndpoint> all = stores.webhooks().webhookEndpoints(project);
    int from = 0;
    if (after != null && !after.isEmpty()) {
      from =
          1
              + IntStream.range(0, all.size())
                  .filter(i -> all.get(i).id().equals(after))
                  .findFirst()
                  .orElseThrow(() -> unknownEndpoint(after));
    }
    return Page.of(all.subList(from, all.size()), count);
  }

  /** Changes what the body names. */
  public WebhookEndpoint update(String project, String id, JsonNode body) {
    WebhookRequest request = WebhookRequest.of(body);
    if (request.url() != null) {
      checkTarget(project, request.url());
    }
    return change(
        project,
        id,
        (old, now) -> {
          WebhookEndpoint changed =
              old.withTarget(
                  requireNonNullElse(request.name(), old.name()),
                  requireNonNullElse(request.url(), old.url()),
                  requireNonNullElse(request.eventTypes(), old.events()),
                  old.updatedAt());
          return changed.equals(old)
              ? old
              : changed.withTarget(changed.name(), changed.url(), changed.events(), now);
        });
  }

  public WebhookEndpoint rotateSecret(String project, String id, JsonNode body) {
    long overlap = WebhookRequest.overlapSeconds(body);
    String secret = stores.ids().newWebhookSecret();
    return change(
        project,
        id,
        (old, now) -> {
          String previous = overlap == 0 ? null : old.secrets().current();
          Instant until = overlap == 0 ? null : now.plusSeconds(overlap);
          return old.withSecrets(new Secrets(secret, previous, until), now);
        });
  }

  /** Sends to it again; what failed meanwhile is for {@link #replay}. */
  public WebhookEndpoint enable(String project, String id) {
    return change(project, id, (old, _) -> old.enabled());
  }

  private WebhookEndpoint change(String project, String id, Change change) {
    return stores
        .webhooks()
        .changeWebhookEndpoint(project, id, change)
        .orElseThrow(() -> unknownEndpoint(id));
  }

  public void delete(String project, String id) {
    if (!stores.webhooks().deleteWebhookEndpoint(project, id)) {
      throw unknownEndpoint(id);
    }
  }

  /** Sends a sample once and waits for the answer; it is in no log. */
  public Tested test(String project, String id, JsonNode body) {
    JsonNode given = body.get("event_type");
    if (given == null) {
      throw ApiError.missing("event_type");
    }
    String type = WebhookRequest.eventType("event_type", given);
    WebhookEndpoint endpoint = get(project, id);
    if (!tests.take(project)) {
      throw new ApiError(
          429, "too_many_tests", null, "Other tests of webhooks are under way. Try again soon.");
    }
    try {
      var ids = stores.ids();
      var sample =
          new Message(
              ids.newWebhookMessage(),
              ids.newEvent(),
              type,
              ids.newBatch().value(),
              stores.clock().instant());
      return switch (outbound.sender().send(endpoint, sample)) {
        case Reply.Answered(int status, var _) -> new Tested(id, type, status);
        case Reply.Unreachable(String reason) ->
            throw new ApiError(
                400, "webhook_unreachable", null, "The endpoint did not answer: " + reason + ".");
      };
    } finally {
      tests.giveBack(project);
    }
  }

  // ---- deliveries

  /** A page, newest first. */
  public Page<WebhookDelivery> deliveries(
      String project, String id, @Nullable String limit, @Nullable String after) {
    int count = LIMIT.of(limit);
    WebhookEndpoint endpoint = get(project, id);
    WebhookDelivery last = after == null || after.isEmpty() ? null : delivery(project, after);
    return Page.of(stores.webhooks().webhookDeliveries(endpoint, last, count + 1), count);
  }

  /** Sends a delivery again, under the same id. */
  public WebhookDelivery replay(String project, String id) {
    WebhookDelivery found = delivery(project, id);
    WebhookDelivery again =
        stores
            .webhooks()
            .replayWebhookDelivery(project, found.id())
            .orElseThrow(() ->
                ApiError.conflict(
                    "The endpoint of webhook delivery %s is disabled. Enable it first."
                        .formatted(id)));
    outbound.due().run();
    return again;
  }

  private WebhookDelivery delivery(String project, String id) {
    return stores
        .webhooks()
        .webhookDelivery(project, id)
        .orElseThrow(
            () -> ApiError.notFound(null, "No webhook delivery found with id '%s'.".formatted(id)));
  }

  private static ApiError unknownEndpoint(String id) {
    return ApiError.notFound(null, "No webhook endpoint found with id '%s'.".formatted(id));
  }
}
