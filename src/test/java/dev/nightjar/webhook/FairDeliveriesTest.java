package dev.nightjar.webhook;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.Samples;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookStore.Due;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import dev.nightjar.testing.ScriptedServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that hang for longer than any test, beside one that answers. */
@Tag("K4")
class FairDeliveriesTest {
  private static final String OURS = "ours";

  @TempDir private Path folder;
  private DeliveryFixture world;
  private ScriptedServer hanging;
  private ScriptedServer answering;
  private int batches;
  private final AtomicInteger hang = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    world = new DeliveryFixture(folder);
    hanging =
        world.receiver(peer -> {
          var _ = peer.readRequest();
          most.accumulateAndGet(hang.incrementAndGet(), Math::max);
          peer.awaitClose();
          hang.decrementAndGet();
        });
    answering = world.receiver(always(DeliveryFixture.OK));
  }

  @AfterEach
  void stop() throws Exception {
    hanging.close(); // So that the end of the deliverer waits for nothing.
    world.close();
  }

  @Test
  void twentyEndpointsThatHangHoldUpNoOtherProject() throws Exception {
    hang("theirs", 20);
    endBatches("theirs", 10);
    awaitHanging(40);

    awaitDelivered(OURS);
  }

  @Test
  void endpointsOfTheSameProjectWaitForNoneOfItsThatHang() throws Exception {
    hang("theirs", 19);
    endBatches("theirs", 10);
    awaitHanging(38);

    awaitDelivered("theirs");
  }

  @Test
  void twoThousandEndpointsOfAProjectThatHangHoldUpNoOther() throws Exception {
    hang("theirs", 2_000);
    endBatches("theirs", 1);
    awaitHanging(40);

    awaitDelivered(OURS);
    assertThat(most.get()).isEqualTo(40);
  }

  @Test
  void twentyProjectsWhoseEndpointsHangHoldUpNoOther() throws Exception {
    for (int i = 0; i < 20; i++) {
      hang("theirs" + i, 20);
      endBatches("theirs" + i, 2);
    }
    awaitHanging(80);

    awaitDelivered(OURS);
    assertThat(most.get()).isLessThan(Flights.MAX);
  }

  @Test
  void backlogOfOneProjectHidesNoOtherInTheStore() {
    hang("theirs", 5);
    endBatches("theirs", 2);
    hang(OURS, 1);
    world.now.updateAndGet(now -> now.plusSeconds(1));
    endBatches(OURS, 1);

    List<Due> due = world.stores.webhooks().dueWebhookDeliveries(2, 3);

    assertThat(due).extracting(Due::project).containsExactly("theirs", "theirs", "theirs", OURS);
  }

  @Test
  void whatIsDueIsGivenOutOnlyAsLongAsItIs() {
    world.deliverer.close();
    hang(OURS, 1);
    endBatches(OURS, 1);
    Due due = world.stores.webhooks().dueWebhookDeliveries(1, 1).getFirst();
    WebhookDelivery delivery =
        world.stores.webhooks().dueWebhookDelivery(due).orElseThrow().delivery();

    var again = new Outcome.Again(Duration.ofSeconds(5));
    world.stores.webhooks().triedWebhookDelivery(new Try(delivery, again, 500, null));

    assertThat(world.stores.webhooks().dueWebhookDelivery(due)).isEmpty();
    world.now.updateAndGet(now -> now.plusSeconds(5));
    assertThat(world.stores.webhooks().dueWebhookDelivery(due)).isPresent();
  }

  private void hang(String project, int endpoints) {
    Samples.project(world.stores, project);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < endpoints; i++) {
        String id = "whe_%s_%d".formatted(project, i);
        var _ = executor.submit(() -> create(project, id, hanging));
      }
    }
  }

  private WebhookEndpoint create(String project, String id, ScriptedServer receiver) {
    String url = receiver.url("http", "/").toString();
    return world.create(project, id, url, DeliveryFixture.secrets(DeliveryFixture.SECRET));
  }

  private void endBatches(String project, int count) {
    for (int i = 0; i < count; i++) {
      var batch = Samples.newBatch(project, "batch_" + project + batches++);
      Batch made = world.stores.batches().createBatch(batch).batch();
      world.stores.batches().fail(made.sequence(), List.of());
    }
    world.deliverer.wake();
  }

  private void awaitHanging(int atLeast) {
    DeliveryFixture.awaitThat(() -> hang.get() >= atLeast);
  }

  /** While all others hang. */
  private void awaitDelivered(String project) {
    if (project.equals(OURS)) {
      Samples.project(world.stores, OURS);
    }
    WebhookEndpoint endpoint = create(project, "whe_answers", answering);
    endBatches(project, 1);
    world.awaitState(endpoint, State.DELIVERED);
  }
}
