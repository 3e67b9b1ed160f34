package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.DueDelivery;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every WebhookStore does with webhook endpoints and deliveries. */
public abstract class WebhookStoreContract {
  private static final List<String> ALL =
      List.of("batch.completed", "batch.failed", "batch.cancelled", "batch.expired");
  private static final Instant END = NOW.plusSeconds(9);

  @TempDir protected Path directory;
  private Stores stores;
  private WebhookStore store;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract Stores open(Path directory);

  @BeforeEach
  void openStore() {
    stores = open(directory);
    store = stores.webhooks();
  }

  @AfterEach
  void closeStore() {
    stores.close();
  }

  // ---- endpoints

  @Test
  void endpointIsFoundAsItWasAlsoAfterAReopen() {
    WebhookEndpoint made = create("whe_a", ALL);

    stores.close();
    openStore();

    assertThat(store.webhookEndpoint(PROJECT, "whe_a")).contains(made);
    assertThat(store.webhookEndpoint("other", "whe_a")).isEmpty();
    assertThat(store.webhookEndpoint(PROJECT, "whe_b")).isEmpty();
    assertThat(made.toString()).doesNotContain("whsec_");
  }

  @Test
  void endpointsAreListedNewestFirstAndCounted() {
    create("whe_a", ALL);
    create("whe_b", ALL);

    assertThat(store.createWebhookEndpoint(endpoint("whe_c", ALL), 2)).isFalse();
    assertThat(store.createWebhookEndpoint(endpoint("whe_b", ALL), 2)).as("again").isTrue();
    assertThat(store.webhookEndpoints(PROJECT))
        .extracting(WebhookEndpoint::id)
        .containsExactly("whe_b", "whe_a");
    assertThat(store.webhookEndpoints("other")).isEmpty();

    store.deleteWebhookEndpoint(PROJECT, "whe_a", NOW);
    assertThat(store.createWebhookEndpoint(endpoint("whe_c", ALL), 2)).isTrue();
  }

  @Test
  void changeIsMadeToTheEndpointAsItIs() {
    WebhookEndpoint made = create("whe_a", ALL);
    var secrets = new Secrets("whsec_Yg==", "whsec_YQ==", END);

    store.changeWebhookEndpoint(PROJECT, "whe_a", now -> now.withSecrets(secrets, END));
    store.changeWebhookEndpoint(
        PROJECT,
        "whe_a",
        now -> now.withTarget("new", "https://new.example/", List.of("batch.failed"), END));

    assertThat(store.webhookEndpoint(PROJECT, "whe_a"))
        .contains(
            made.withTarget("new", "https://new.example/", List.of("batch.failed"), END)
                .withSecrets(secrets, END));
    assertThat(store.changeWebhookEndpoint("other", "whe_a", now -> now)).isEmpty();
    store.deleteWebhookEndpoint(PROJECT, "whe_a", NOW);
    assertThat(store.changeWebhookEndpoint(PROJECT, "whe_a", now -> now)).isEmpty();
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
    stores.batches().cancel(PROJECT, cancelled.id(), NOW);
    stores.batches().finish(cancelled.sequence(), Samples.files(cancelled), END);

    List<WebhookDelivery> all = store.webhookDeliveries(endpoint, null, 10);
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

    stores.batches().fail(failed.sequence(), List.of(), END.plusSeconds(1));
    stores.batches().finish(completed.sequence(), Samples.files(completed), END.plusSeconds(1));

    assertThat(store.webhookDeliveries(first, null, 10)).hasSize(2);
    assertThat(store.webhookDeliveries(late, null, 10)).isEmpty();
  }

  @Test
  void onlyEnabledEndpointsOfTheProjectThatWantTheEventGetIt() {
    WebhookEndpoint other = create("whe_other", List.of("batch.completed", "batch.expired"));
    WebhookEndpoint disabled = create("whe_disabled", ALL);
    fail("batch_a");
    tried(
        store.webhookDeliveries(disabled, null, 1).getFirst(), new Outcome.EndpointGone("it left"));
    create("whe_deleted", ALL);
    store.deleteWebhookEndpoint(PROJECT, "whe_deleted", NOW);
    WebhookEndpoint wanting = create("whe_a", List.of("batch.failed"));

    fail("batch_b");

    assertThat(store.webhookDeliveries(other, null, 10)).isEmpty();
    assertThat(store.webhookDeliveries(disabled, null, 10)).hasSize(1);
    assertThat(store.webhookDeliveries(wanting, null, 10)).hasSize(1);
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
    assertThat(store.nextWebhookDelivery(END.minusMillis(1))).contains(END);
    assertThat(store.nextWebhookDelivery(END)).isEmpty();
  }

  @Test
  void failedTryIsDueAgainAtItsTime() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    WebhookDelivery before = due(END, 9, 9).getFirst().delivery();
    Instant next = END.plusSeconds(5);

    store.triedWebhookDelivery(new Try(before, new Outcome.Again(next), 500, "answered 500", END));
    store.triedWebhookDelivery(new Try(before, new Outcome.Again(next), 500, "again", END));

    WebhookDelivery after = store.webhookDeliveries(endpoint, null, 1).getFirst();
    assertThat(after.attempts()).isEqualTo(1);
    assertThat(after.lastStatus()).isEqualTo(500);
    assertThat(after.lastError()).isEqualTo("answered 500");
    assertThat(due(END, 9, 9)).isEmpty();
    assertThat(store.nextWebhookDelivery(END)).contains(next);
    assertThat(due(next, 9, 9)).extracting(DueDelivery::delivery).containsExactly(after);
  }

  @Tag("K3")
  @Test
  void whatIsPendingCanBeMadeDueNow() {
    create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.Again(END.plus(Duration.ofDays(40))));
    tried(due(END, 9, 9).get(0).delivery(), new Outcome.Delivered());

    store.hastenWebhookDeliveries(END.plusSeconds(1));

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
    assertThat(store.nextWebhookDelivery(NOW)).isEmpty();
    assertThat(store.webhookDeliveries(endpoint, null, 10))
        .extracting(WebhookDelivery::state)
        .containsExactly(State.FAILED, State.DELIVERED);
    assertThat(store.webhookDeliveries(endpoint, null, 10).getFirst().endedAt()).isEqualTo(END);
  }

  @Test
  void endpointThatIsGoneOrDeletedHasNothingPending() {
    WebhookEndpoint gone = create("whe_a", ALL);
    create("whe_b", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(
        store.webhookDeliveries(gone, null, 1).getFirst(), new Outcome.EndpointGone("it is gone"));
    store.deleteWebhookEndpoint(PROJECT, "whe_b", END);

    assertThat(due(END, 9, 9)).isEmpty();
    assertThat(store.webhookDeliveries(gone, null, 10))
        .extracting(WebhookDelivery::state)
        .containsOnly(State.FAILED);
    assertThat(store.webhookEndpoint(PROJECT, "whe_a").orElseThrow().disabledReason())
        .isEqualTo("it is gone");
    store.changeWebhookEndpoint(PROJECT, "whe_a", WebhookEndpoint::enabled);
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
    tried(flying.get(2).delivery(), new Outcome.Again(END.plusSeconds(5)));

    assertThat(store.webhookDeliveries(endpoint, null, 10))
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

    WebhookDelivery again = store.replayWebhookDelivery(PROJECT, before.id(), later).orElseThrow();

    assertThat(again.id()).isEqualTo(before.id());
    assertThat(again.state()).isEqualTo(State.PENDING);
    assertThat(again.attempts()).isZero();
    assertThat(again.begunAt()).isEqualTo(later);
    assertThat(again.createdAt()).isEqualTo(END);
    assertThat(again.endedAt()).isNull();
    assertThat(due(later, 9, 9)).hasSize(1);
    tried(before, new Outcome.GivenUp());
    assertThat(due(later, 9, 9)).as("a try from before the replay").hasSize(1);
    assertThat(store.replayWebhookDelivery("other", before.id(), later)).isEmpty();
  }

  @Test
  void deliveryOfADisabledEndpointIsNotReplayed() {
    create("whe_a", ALL);
    fail("batch_a");
    WebhookDelivery delivery = due(END, 9, 9).getFirst().delivery();
    tried(delivery, new Outcome.EndpointGone("it is gone"));

    assertThat(store.replayWebhookDelivery(PROJECT, delivery.id(), END)).isEmpty();
    assertThat(store.webhookDelivery(PROJECT, delivery.id())).isPresent();
    store.deleteWebhookEndpoint(PROJECT, "whe_a", END);
    assertThat(store.webhookDelivery(PROJECT, delivery.id())).isEmpty();
  }

  @Test
  void deliveriesArePagedNewestFirst() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    for (int i = 0; i < 3; i++) {
      fail("batch_" + i);
    }

    List<WebhookDelivery> first = store.webhookDeliveries(endpoint, null, 2);
    List<WebhookDelivery> second = store.webhookDeliveries(endpoint, first.get(1), 2);

    assertThat(first).extracting(WebhookDelivery::batchId).containsExactly("batch_2", "batch_1");
    assertThat(second).extracting(WebhookDelivery::batchId).containsExactly("batch_0");
  }

  @Test
  void endedDeliveriesAreForgottenAndThenTheirDeletedEndpoint() {
    WebhookEndpoint endpoint = create("whe_a", ALL);
    fail("batch_a");
    fail("batch_b");
    tried(due(END, 9, 9).getFirst().delivery(), new Outcome.Delivered());

    assertThat(store.forgetWebhookDeliveries(END.minusMillis(1), 10)).isZero();
    assertThat(store.forgetWebhookDeliveries(END, 10)).isEqualTo(1);
    assertThat(store.webhookDeliveries(endpoint, null, 10)).hasSize(1);

    store.deleteWebhookEndpoint(PROJECT, "whe_a", END);
    assertThat(store.forgetWebhookDeliveries(END, 10)).isEqualTo(1);
    assertThat(store.createWebhookEndpoint(endpoint("whe_a", ALL), 20))
        .as("its row is gone, so that its id is free")
        .isTrue();
  }

  private static Tuple tuple(Object... values) {
    return Assertions.tuple(values);
  }

  private static WebhookEndpoint endpoint(String id, List<String> events) {
    var secrets = new Secrets("whsec_YQ==", null, null);
    return new WebhookEndpoint(
        id, 0, PROJECT, "name", "https://" + id + ".example/", events, secrets, NOW, NOW, null);
  }

  private WebhookEndpoint create(String id, List<String> events) {
    assertThat(store.createWebhookEndpoint(endpoint(id, events), 20)).isTrue();
    return store.webhookEndpoint(PROJECT, id).orElseThrow();
  }

  private List<DueDelivery> due(Instant now, int perEndpoint, int perProject) {
    return store.dueWebhookDeliveries(now, perEndpoint, perProject).stream()
        .map(due -> store.dueWebhookDelivery(due, now).orElseThrow())
        .toList();
  }

  private void tried(WebhookDelivery delivery, Outcome outcome) {
    store.triedWebhookDelivery(new Try(delivery, outcome, 200, null, END));
  }

  private Batch fail(String id) {
    Batch batch = Samples.validating(stores, id);
    var error = new BatchError("c", "m", null, null);
    return stores.batches().fail(batch.sequence(), List.of(error), END);
  }

  private Batch complete(String id) {
    Batch batch = Samples.inProgress(stores, id, 1);
    Samples.sealAll(stores, batch);
    return stores.batches().finish(batch.sequence(), Samples.files(batch), END);
  }

  private void expire(String id) {
    Batch batch = Samples.inProgress(stores, id, 1);
    stores.batches().expire(batch.sequence(), NOW.plusSeconds(3));
    Samples.sealAll(stores, batch);
    stores.batches().finish(batch.sequence(), Samples.files(batch), END);
  }
}
