package dev.nightjar.engine.message;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the engine works on and has done, as of one moment: what all who show something read. Of
 * most batches that wait it holds no more than why all of their model do, so that it stays small
 * however many there are.
 *
 * @param running batches of which something is under way, or that wait for a reason of their own
 * @param validating the same of those that are not validated
 */
public record Picture(
    Map<Long, Live> running, Map<Long, Live> validating, Waiting waiting, EngineFigures figures) {

  /**
   * Why all others wait.
   *
   * @param byModel of those that run; the empty name is that of batches whose lines differ
   * @param byRoute of those of them that wait for a reason of their own
   * @param validation of those that are not validated; null when there are none
   */
  public record Waiting(
      Map<String, String> byModel, Map<Route, String> byRoute, @Nullable String validation) {
    public Waiting {
      byModel = Map.copyOf(byModel);
      byRoute = Map.copyOf(byRoute);
    }
  }

  /** Where lines go, whichever upstream has the model. */
  public record Route(String model, String url) {}

  public Picture {
    running = Map.copyOf(running);
    validating = Map.copyOf(validating);
  }

  /**
   * A batch with what is known of it here. {@code stored} is to be read after this was taken: then
   * its counts hold whatever of it is not under way here any more, so that they never fall.
   */
  public Live of(Batch stored) {
    if (stored.status().isTerminal()) {
      return new Live(stored.counts(), stored.usage(), null);
    }
    boolean isValidating = stored.status() == BatchStatus.VALIDATING;
    Live live = (isValidating ? validating : running).get(stored.sequence());
    return live == null
        ? new Live(stored.counts(), stored.usage(), reason(stored))
        : new Live(
            live.counts().orMore(stored.counts()),
            live.usage().orMore(stored.usage()),
            live.reason());
  }

  private @Nullable String reason(Batch stored) {
    return switch (stored.status()) {
      case VALIDATING -> waiting.validation;
      case IN_PROGRESS -> inProgress(stored.model() == null ? "" : stored.model(), stored);
      case FINALIZING, CANCELLING, FAILED, COMPLETED, EXPIRED, CANCELLED -> null;
    };
  }

  private @Nullable String inProgress(String model, Batch stored) {
    String own = waiting.byRoute.get(new Route(model, stored.endpoint()));
    return own == null ? waiting.byModel.get(model) : own;
  }
}
