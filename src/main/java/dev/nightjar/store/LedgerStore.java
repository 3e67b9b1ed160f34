package dev.nightjar.store;

import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Price;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds what was used and what is queued, under the rules of {@link Stores}. The ledger is charged
 * by {@link ChunkStore#seal}, once per chunk, and holds tokens; what they cost is derived.
 */
public interface LedgerStore {
  /**
   * What sealed chunks have used, ordered by day, project, model.
   *
   * @param project null for all
   * @param from the first day, of UTC
   * @param to the first day that does not count any more
   */
  List<LedgerEntry> ledger(@Nullable String project, LocalDate from, LocalDate to);

  /** What a model has used in so many days, of all projects: what can be learned from it. */
  Learned learned(@Nullable String model, int days);

  /** What the project's batches that have not ended hold of its quota, by model. */
  List<Enqueued> enqueued(String project);

  /**
   * What a model's lines have used on a day at one price.
   *
   * @param model null where the lines of a batch ask for several
   * @param requests those answered with success: the lines of output files
   */
  record LedgerEntry(
      String project,
      @Nullable String model,
      LocalDate day,
      @Nullable Price price,
      long requests,
      Usage usage) {

    public Optional<Cost> cost() {
      return Optional.ofNullable(price)
          .map(known -> known.cost(usage.input(), usage.cached(), usage.output()));
    }
  }

  /**
   * Sums over answered requests.
   *
   * @param requestBytes of their lines in input files
   */
  record Learned(long requests, long requestBytes, Usage usage) {
    public static final Learned NOTHING = new Learned(0, 0, Usage.NONE);
  }

  /** Input tokens, as estimated when the batches began. */
  record Enqueued(@Nullable String model, long tokens) {}
}
