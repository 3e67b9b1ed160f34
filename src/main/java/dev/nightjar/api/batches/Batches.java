package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.Page;
import dev.nightjar.api.PageLimit;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.BatchRunner;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.store.BatchStore.BatchFilter;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.Origin;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the verbs of {@code /batches} do. Any thread may call it. The state is written before the
 * engine is told: after a crash in between, the next start finds the batch by its state.
 */
public final class Batches {
  private static final PageLimit LIMIT = new PageLimit(0, 100, 20);

  private final ApiStores stores;
  private final BatchRunner runner;
  private final ApiLimits limits;
  private final Accounts accounts;

  public Batches(ApiStores stores, BatchRunner runner, ApiLimits limits, Accounts accounts) {
    this.accounts = accounts;
    this.stores = stores;
    this.runner = runner;
    this.limits = limits;
  }

  public ApiLimits limits() {
    return limits;
  }

  /**
   * A batch that was asked for.
   *
   * @param isKnown whether an earlier request had created it
   */
  public record Submitted(BatchView batch, boolean isKnown) {}

  /**
   * Creates a batch, unless the same request has done so; whether its file exists is found out by
   * its validation.
   */
  public Submitted create(String project, JsonNode body, RetryHeaders retryHeaders) {
    Picture picture = runner.picture();
    Origin origin = retryHeaders.origin(body);
    // What refuses a new batch is no reason to hide from a client the one that it has already.
    Created created =
        stores
            .batches()
            .createdBefore(project, origin)
            .orElseGet(() -> createdNow(project, body, origin));
    Batch batch = created.batch();
    return switch (created.outcome()) {
      case NEW -> {
        runner.created(batch);
        yield new Submitted(new BatchView(batch, batch.counts(), batch.usage(), null), false);
      }
      case KNOWN -> {
        if (batch.status() == BatchStatus.VALIDATING) {
          runner.created(batch); // The first time may have failed between the row and this.
        }
        yield new Submitted(view(batch, picture), true);
      }
      case KEY_REUSED ->
          throw new ApiError(
              409,
              "idempotency_key_reused",
              null,
              "The idempotency key was used for batch %s with another body: use a new key for a new"
                      .formatted(batch.id())
                  + " batch.");
    };
  }

  private Created createdNow(String project, JsonNode body, Origin origin) {
    NewBatchRequest request = NewBatchRequest.of(body, limits.extraEndpoints());
    accounts.requireBudget(project);
    stores.checkRoom(0);
    return stores.batches().createBatch(request.batch(stores.ids().newBatch(), project, origin));
  }

  /** With all problems of its input, of which others show the first. */
  public BatchView get(String project, String id) {
    Picture picture = runner.picture();
    BatchView view = view(find(project, id), picture);
    Batch batch = view.batch();
    return batch.errorsTotal() > batch.errors().size()
        ? view.withErrors(stores.batches().errors(batch.sequence()))
        : view;
  }

  /** A page, newest first. */
  public Page<BatchView> list(String project, BatchListing listing) {
    int count = LIMIT.of(listing.given("limit"));
    BatchFilter filter = listing.filter();
    String after = listing.given("after");
    Batch last = after == null ? null : find(project, after);
    if (count == 0) {
      return new Page<>(List.of(), false);
    }
    Picture picture = runner.picture();
    List<Batch> found = stores.batches().batches(new BatchQuery(project, last, count + 1, filter));
    Page<Batch> page = Page.of(found, count);
    return new Page<>(
        page.items().stream().map(batch -> view(batch, picture)).toList(), page.hasMore());
  }

  /** Cancels what still runs; a batch that has ended otherwise, or is about to, is a conflict. */
  public BatchView cancel(String project, String id) {
    Picture picture = runner.picture();
    Batch batch = stores.batches().cancel(project, new BatchId(id)).orElseThrow(() -> unknown(id));
    return switch (batch.status()) {
      case CANCELLING -> {
        runner.cancelled(batch);
        yield view(batch, picture);
      }
      case CANCELLED -> view(batch, picture);
      case FAILED, FINALIZING, COMPLETED, EXPIRED ->
          throw ApiError.conflict(
              "Cannot cancel a batch with status '%s'.".formatted(batch.status().apiName()));
      case VALIDATING, IN_PROGRESS ->
          throw new IllegalStateException("%s is %s after cancel".formatted(id, batch.status()));
    };
  }

  private Batch find(String project, String id) {
    return stores.batches().batch(project, new BatchId(id)).orElseThrow(() -> unknown(id));
  }

  private static ApiError unknown(String id) {
    return ApiError.notFound(null, "No batch found with id '%s'.".formatted(id));
  }

  private static BatchView view(Batch batch, Picture picture) {
    Live live = picture.of(batch);
    return new BatchView(batch, live.counts(), live.usage(), live.reason());
  }
}
