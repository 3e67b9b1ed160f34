package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.Change;
import dev.nightjar.store.WebhookStore.DueDelivery;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every WebhookStore does with webhook endpoints and deliveries. */
public abstract class WebhookStoreContract extends StoresContract {
  private static final List<String> ALL =
      List.of("batch.completed", "batch.failed", "batch.cancelled", "batch.expired");
  private static final Instant END = NOW.plusSeconds(9);

  // ---- endpoints

  @Test
  void endpointIsFoundAsItWasAlsoAfterAReopen() {
    WebhookEndpoint made = create("whe_a", ALL);

    reopen();

    assertThat(store().webhookEndpoint(PROJECT, "whe_a")).contains(made);
    assertThat(store().webhookEndpoint("other", "whe_a")).isEmpty();
    assertThat(store().webhookEndpoint(PROJECT, "whe_b")).isEmpty();
    assertThat(made.toString()).doesNotContain("whsec_");
  }

  @Test
  void endpointsAreListedNewestFirstAndCounted() {
    create("whe_a", ALL);
    create("whe_b", ALL);

    assertThat(store().createWebhookEndpoint(endpoint("whe_c", ALL), 2)).isEmpty();
    assertThat(store().createWebhookEndpoint(endpoint("whe_b", ALL), 2)).as("again").isPresent();
    assertThat(store().webhookEndpoints(PROJECT))
        .extracting(WebhookEndpoint::id)
        .containsExactly("whe_b", "whe_a");
    assertThat(store().webhookEndpoints("other")).isEmpty();

    at(NOW).webhooks().deleteWebhookEndpoint(PROJECT, "whe_a");
    assertThat(store().createWebhookEndpoint(endpoint("whe_c", ALL), 2)).isPresent();
  }

  @Test
  void changeIsMadeToTheEndpointAsItIs() {
    WebhookEndpoint made = create("whe_a", ALL);
    var secrets = new Secrets("whsec_Yg==", "whsec_YQ==", END);

    change(PROJECT, "whe_a", (old, now) -> old.withSecrets(secrets, now));
    at(END);
    change(
        PROJECT,
        "whe_a",
        (old, now) -> old.withTarget("new", "https://new.example/", List.of("batch.failed"), now));

    assertThat(store().webhookEndpoint(PROJECT, "whe_a"))
        .contains(
            made.withTarget("new", "https://new.example/", List.of("batch.failed"), END)
                .withSecrets(secrets, END));
    assertThat(change("other", "whe_a", (old, _) -> old)).isEmpty();
    at(NOW).webhooks().deleteWebhookEndpoint(PROJECT, "whe_a");
    assertThat(change(PROJECT, "whe_a", (old, _) -> old)).isEmpty();
  }

  @Test
  void previousSecretSignsUntilItsTimeIsOver() {
    var secrets = new Secrets("new", "old", END);

    assertThat(secrets.at(END.minusMillis(1))).containsExactly("new", "old");
    assertThat(secrets.at(END)).containsExactly("new");
    assertThat(secrets.toString()).doesNotContain("old");
  }

  // ---- the outbox

  @Test
  void eachWayToEndABatchMakesADelivery() {
    WebhookEndpoint endpoint = create("whe_a", ALL);

    fail("batch_failed");
    complete("batch_completed");
    expire("batch_expired");
    Batch cancelled = Samples.validating(stores, "batch_cancelled");
    at(NOW).batches().cancel(PROJECT, cancelled.id());
    at(END).batches().finish(cancelled.sequence(), Samples.files(cancelled));

    List<WebhookDelivery> all = store().webhookDeliveries(endpoint, null, 10);
    assertThat(all)
        .extracting(WebhookDelivery::type, WebhookDelivery::batchId)
        .containsExactly(
            tuple("batch.cancelled", "batch_cancelled"),
            tuple("batch.expired", "batch_expired"),
            tuple("batch.completed", "batch_completed"),
            tuple("batch.failed", "batch_failed"));
    assertThat(all).extracting(WebhookDelivery::id).doesNotHaveDuplicates();
    assertThat(all).extracting(WebhookDelivery::eventId).doesNotHaveDuplicates();
    for (WebhookDelivery delivery : all) {
      assertThat(delivery.id()).matches("wh_[0-9a-f]{32}");
      assertThat(delivery.eventId()).matches("evt_[0-9a-f]{32}");
      assertThat(delivery.state()).isEqualTo(State.PENDING);
      assertThat(delivery.createdAt()).isEqualTo(END);
      assertThat(delivery.nextAt()).isEqualTo(END);
      assertThat(delivery.attempts()).isZero();
    }
  }

  @Test
  void endedTwiceIsDeliveredOnceAlsoToEndpointsThatCameMeanwhile() {
    WebhookEndpoint first = create("whe_a", ALL);
    Batch failed = fail("batch_a");
    Batch completed = complete("batch_b");
    WebhookEndpoint late = create("whe_b", ALL);

    at(END.plusSeconds(1)).batches().fail(failed.sequence(), List.of());
    at(END.plusSeconds(1)).batches().finish(completed.sequence(), Samples.files(completed));

    assertThat(store().webhookDeliveries(first, null, 10)).hasSize(2);
    assertThat(store().webhookDeliveries(late, null, 10)).isEmpty();
  }

  @Test
  void onlyEnabledEndpointsOfTheProjectThatWantTheEventGetIt() {
    WebhookEndpoint other = create("whe_other", List.of("batch.completed", "batch.expired"));
    WebhookEndpoint disabled = create("whe_disabled", ALL);
    fail("batch_a");
    tried(
        store().webhookDeliveries(disabled, null, 1).getFirst(),
        new Outcome.EndpointGone("it left"));
    create("whe_deleted", ALL);
    at(NOW).webhooks().deleteWebhookEndpoint(PROJECT, "whe_deleted");
    WebhookEndpoint wanting = create("whe_a", List.of("batch.failed"));

    fail("batch_b");

    assertThat(store().webhookDeliveries(other, null, 10)).isEmpty();
    assertThat(store().webhookDeliveries(disabled, null, 10)).hasSize(1);
    assertThat(store().webhookDeliveries(wanting, null, 10)).hasSize(1);
    assertThat(due(END, 9, 9)).extracting(d -> d.endpoint().id()).containsExactly("whe_a");
  }

  // ---- deliveries

  @Test
  void dueAreTheOldestOfEachEndpoint() {
    create("whe_a", ALL);
    for (int i = 0; i < 5; i++) {
      fail("batch_" + i);
    }
    create("whe_b", ALL);
    fail("batch_last");

    List<DueDelivery> due = due(END, 2, 100);

    assertThat(due)
        .extracting(d -> d.endpoint().id(), d -> d.delivery().batchId())
        .containsExactly(
            tuple("whe_a", "batch_0"), tuple("whe_a", "batch_1"), tuple("whe_b", "batch_last"));
    assertThat(due(END, 2, 1)).hasSize(1);
    assertThat(due(END.minusMillis(1), 2, 100)).isEmpty();
    assertThat(at(END.minusMillis(1)).webhooks().nextWebhookDelivery())
        .contains(Duration.ofMillis(1));
    assertThat(at(END).webhooks().nextWebhookDelivery()).isEmpty();
  }

  @Test
  void failedTryIsDueAgainAtItsTime() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    WebhookDelivery before = due(END, 9, 9).getFirst().delivery();
    var again = new Outcome.Again(Duration.ofSeconds(5));
    Instant next = END.plusSeconds(5);

    at(END).webhooks().triedWebhookDelivery(new Try(before, again, 500, "answered 500"));
    at(END).webhooks().triedWebhookDelivery(new Try(before, again, 500, "again"));

    WebhookDelivery after = store().webhookDeliveries(endpoint, null, 1).getFirst();
    assertThat(after.attempts()).isEqualTo(1);
    assertThat(after.lastStatus()).isEqualTo(500);
    assertThat(after.lastError()).isEqualTo("answered 500");
    assertThat(due(END, 9, 9)).isEmpty();
    assertThat(at(END).webhooks().nextWebhookDelivery()).contains(Duration.ofSeconds(5));
    assertThat(due(next, 9, 9)).extracting(DueDelivery::delivery).containsExactly(after);
  }

  @Tag("K3")
  @Test
  void whatIsPendingCanBeMadeDueNow() {
    create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.Again(Duration.ofDays(40)));
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.Delivered());

    at(END.plusSeconds(1)).webhooks().hastenWebhookDeliveries();

    assertThat(due(END, 9, 9)).isEmpty();
    assertThat(due(END.plusSeconds(1), 9, 9)).hasSize(1);
  }

  @Test
  void deliveredAndGivenUpAreDueNoMore() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.Delivered());
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.GivenUp());

    assertThat(due(END.plus(Duration.ofDays(9)), 9, 9)).isEmpty();
    assertThat(at(NOW).webhooks().nextWebhookDelivery()).isEmpty();
    assertThat(store().webhookDeliveries(endpoint, null, 10))
        .extracting(WebhookDelivery::state)
        .containsExactly(State.FAILED, State.DELIVERED);
    assertThat(store().webhookDeliveries(endpoint, null, 10).getFirst().endedAt()).isEqualTo(END);
  }

  @Test
  void endpointThatIsGoneOrDeletedHasNothingPending() {
    WebhookEndpoint gone = create("whe_a", ALL);
    create("whe_b", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(
        store().webhookDeliveries(gone, null, 1).getFirst(),
        new Outcome.EndpointGone("it is gone"));
    at(END).webhooks().deleteWebhookEndpoint(PROJECT, "whe_b");

    assertThat(due(END, 9, 9)).isEmpty();
    assertThat(store().webhookDeliveries(gone, null, 10))
        .extracting(WebhookDelivery::state)
        .containsOnly(State.FAILED);
    assertThat(store().webhookEndpoint(PROJECT, "whe_a").orElseThrow().disabledReason())
        .isEqualTo("it is gone");
    change(PROJECT, "whe_a", (old, _) -> old.enabled());
    fail("batch_c");
    assertThat(due(END, 9, 9)).hasSize(1);
  }

  @Test
  void tryUnderWayWhenItsEndpointIsDisabledCountsOnlyIfItSucceeds() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    fail("batch_c");
    List<DueDelivery> flying = due(END, 9, 9);
    tried(flying.get(0).delivery(), new Outcome.EndpointGone("it is gone"));

    tried(flying.get(1).delivery(), new Outcome.Delivered());
    tried(flying.get(2).delivery(), new Outcome.Again(Duration.ofSeconds(5)));

    assertThat(store().webhookDeliveries(endpoint, null, 10))
        .extracting(WebhookDelivery::state)
        .containsExactly(State.FAILED, State.DELIVERED, State.FAILED);
  }

  @Test
  void replayMakesADeliveryPendingWithAllTriesBeforeIt() {
    create("whe_a", ALL);
    fail("batch_a");
    WebhookDelivery before = due(END, 9, 9).getFirst().delivery();
    tried(before, new Outcome.GivenUp());
    Instant later = END.plus(Duration.ofDays(5));

    WebhookDelivery again =
        at(later).webhooks().replayWebhookDelivery(PROJECT, before.id()).orElseThrow();

    assertThat(again.id()).isEqualTo(before.id());
    assertThat(again.state()).isEqualTo(State.PENDING);
    assertThat(again.attempts()).isZero();
    assertThat(again.begunAt()).isEqualTo(later);
    assertThat(again.createdAt()).isEqualTo(END);
    assertThat(again.endedAt()).isNull();
    assertThat(due(later, 9, 9)).hasSize(1);
    tried(before, new Outcome.GivenUp());
    assertThat(due(later, 9, 9)).as("a try from before the replay").hasSize(1);
    assertThat(at(later).webhooks().replayWebhookDelivery("other", before.id())).isEmpty();
  }

  @Test
  void deliveryOfADisabledEndpointIsNotReplayed() {
    create("whe_a", ALL);
    fail("batch_a");
    WebhookDelivery delivery = due(END, 9, 9).getFirst().delivery();
    tried(delivery, new Outcome.EndpointGone("it is gone"));

    assertThat(at(END).webhooks().replayWebhookDelivery(PROJECT, delivery.id())).isEmpty();
    assertThat(store().webhookDelivery(PROJECT, delivery.id())).isPresent();
    at(END).webhooks().deleteWebhookEndpoint(PROJECT, "whe_a");
    assertThat(store().webhookDelivery(PROJECT, delivery.id())).isEmpty();
  }

  @Test
  void deliveriesArePagedNewestFirst() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    for (int i = 0; i < 3; i++) {
      fail("batch_" + i);
    }

    List<WebhookDelivery> first = store().webhookDeliveries(endpoint, null, 2);
    List<WebhookDelivery> second = store().webhookDeliveries(endpoint, first.get(1), 2);

    assertThat(first).extracting(WebhookDelivery::batchId).containsExactly("batch_2", "batch_1");
    assertThat(second).extracting(WebhookDelivery::batchId).containsExactly("batch_0");
  }

  @Test
  void endedDeliveriesAreForgottenAndThenTheirDeletedEndpoint() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(due(END, 9, 9).getFirst().delivery(), new Outcome.Delivered());

    assertThat(store().forgetWebhookDeliveries(Duration.ofMillis(1), 10)).isZero();
    assertThat(store().forgetWebhookDeliveries(Duration.ZERO, 10)).isEqualTo(1);
    assertThat(store().webhookDeliveries(endpoint, null, 10)).hasSize(1);

    at(END).webhooks().deleteWebhookEndpoint(PROJECT, "whe_a");
    assertThat(store().forgetWebhookDeliveries(Duration.ZERO, 10)).isEqualTo(1);
    assertThat(store().createWebhookEndpoint(endpoint("whe_a", ALL), 20))
        .as("its row is gone, so that its id is free")
        .isPresent();
  }

  private static Tuple tuple(Object... values) {
    return Assertions.tuple(values);
  }

  private static NewEndpoint endpoint(String id, List<String> events) {
    String url = "https://" + id + ".example/";
    return new NewEndpoint(id, PROJECT, "name", url, events, "whsec_YQ==");
  }

  private WebhookStore store() {
    return stores.webhooks();
  }

  private Optional<WebhookEndpoint> change(String project, String id, Change change) {
    return stores.webhooks().changeWebhookEndpoint(project, id, change);
  }

  private WebhookEndpoint create(String id, List<String> events) {
    return store().createWebhookEndpoint(endpoint(id, events), 20).orElseThrow();
  }

  private List<DueDelivery> due(Instant now, int perEndpoint, int perProject) {
    return at(now).webhooks().dueWebhookDeliveries(perEndpoint, perProject).stream()
        .map(due -> at(now).webhooks().dueWebhookDelivery(due).orElseThrow())
        .toList();
  }

  private void tried(WebhookDelivery delivery, Outcome outcome) {
    at(END).webhooks().triedWebhookDelivery(new Try(delivery, outcome, 200, null));
  }

  private Batch fail(String id) {
    Batch batch = Samples.validating(stores, id);
    var error = new BatchError("c", "m", null, null);
    return at(END).batches().fail(batch.sequence(), List.of(error));
  }

  private Batch complete(String id) {
    Batch batch = Samples.inProgress(stores, id, 1);
    Samples.sealAll(stores, batch);
    return at(END).batches().finish(batch.sequence(), Samples.files(batch));
  }

  private void expire(String id) {
    Batch batch = Samples.inProgress(stores, id, 1);
    at(NOW.plusSeconds(3)).batches().expire(batch.sequence());
    Samples.sealAll(stores, batch);
    at(END).batches().finish(batch.sequence(), Samples.files(batch));
  }
}
