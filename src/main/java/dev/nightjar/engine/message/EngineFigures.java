package dev.nightjar.engine.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine holds and has done, as of one moment.
 *
 * @param linesWaiting claimed lines that wait for a slot
 * @param requestBytes memory of calls in flight
 * @param unappendedBytes of answers that are read and not yet durable
 * @param unsealedBytes of durable answers whose chunks are not sealed
 * @param waits why nothing is sent for any batch; null when something may be
 */
public record EngineFigures(
    List<UpstreamFigures> upstreams,
    long linesWaiting,
    long requestBytes,
    long unappendedBytes,
    long unsealedBytes,
    int openChunks,
    Validating validating,
    Done done,
    @Nullable String waits) {
  /**
   * An upstream's calls, and its lanes by what they may do.
   *
   * @param reason why a lane of it is paused; null when none is
   * @param illness what it is ill with, of its lanes the one that is so for the longest; null when
   *     none is
   * @param controlCalls made since the start
   * @param hasAnswered whether any line ever had from it what it was sent for
   */
  public record UpstreamFigures(
      String name,
      int inFlight,
      int inFlightMax,
      int openLanes,
      int throttledLanes,
      int downLanes,
      @Nullable String reason,
      @Nullable Illness illness,
      long controlCalls,
      boolean hasAnswered) {}

  /** {@code sinceMillis} is in the engine's time. */
  public record Illness(Failure.Kind kind, String reason, long sinceMillis) {}

  /**
   * Validations that are begun.
   *
   * @param bytes memory that they take
   * @param starved those that wait for more
   */
  public record Validating(long bytes, int begun, int starved) {}

  /**
   * Sums since the start of the process.
   *
   * @param calls made, those of lines that were sent before included
   * @param retried calls of lines that were sent before
   * @param completed lines with a durable success
   * @param failed lines with a durable error
   * @param refused answers of chunks that another node owned by then
   */
  public record Done(long calls, long retried, long completed, long failed, long refused) {}
}
