package dev.nightjar;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Stamps;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.engine.BatchEvents;
import dev.nightjar.engine.BatchEvents.BatchEvent;
import dev.nightjar.process.LogFields;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Logs the lives of batches, in one line each time. */
final class BatchLog implements BatchEvents.Listener {
  private static final System.Logger LOG = System.getLogger(BatchLog.class.getName());

  @Override
  public void tell(BatchEvent event) {
    switch (event) {
      case BatchEvent.Changed(Batch batch) -> changed(batch);
    }
  }

  private static void changed(Batch batch) {
    switch (batch.status()) {
      case VALIDATING ->
          log(
              "%s of project %s was created".formatted(batch.id(), batch.project()),
              fields("batch.created", batch).with("input_file", batch.inputFileId().value()));
      case IN_PROGRESS ->
          log(
              "%s begins: %d lines for %s of %s"
                  .formatted(batch.id(), batch.counts().total(), batch.endpoint(), model(batch)),
              fields("batch.begun", batch).with("lines", batch.counts().total()));
      case CANCELLING -> log(batch.id() + " is being cancelled", fields("batch.cancelling", batch));
      case FINALIZING -> log(batch.id() + " is past its window", fields("batch.expiring", batch));
      case FAILED -> failed(batch);
      case COMPLETED, EXPIRED, CANCELLED -> ended(batch);
    }
  }

  private static void failed(Batch batch) {
    BatchError first = batch.errors().isEmpty() ? null : batch.errors().getFirst();
    String why = first == null ? "" : ": " + place(first) + first.message();
    String more =
        batch.errorsTotal() > 1 ? " (and %d more)".formatted(batch.errorsTotal() - 1) : "";
    log(
        "%s failed%s%s".formatted(batch.id(), why, more),
        fields("batch.ended", batch)
            .with("code", first == null ? null : first.code())
            .with("problems", batch.errorsTotal()));
  }

  private static String place(BatchError error) {
    return error.line() == null ? "" : "line %d: ".formatted(error.line());
  }

  private static void ended(Batch batch) {
    RequestCounts counts = batch.counts();
    long seconds = seconds(batch.stamps());
    log(
        "%s %s: %d of %d lines completed, %d failed, in %d s"
            .formatted(
                batch.id(),
                "is " + batch.status().apiName(),
                counts.completed(),
                counts.total(),
                counts.failed(),
                seconds),
        fields("batch.ended", batch)
            .with("lines", counts.total())
            .with("completed", counts.completed())
            .with("failed", counts.failed())
            .with("tokens", batch.usage().total())
            .with("seconds", seconds));
  }

  private static long seconds(Stamps stamps) {
    Instant end = end(stamps);
    return end == null ? 0 : Duration.between(stamps.createdAt(), end).toSeconds();
  }

  private static @Nullable Instant end(Stamps stamps) {
    if (stamps.completedAt() != null) {
      return stamps.completedAt();
    }
    return stamps.cancelledAt() != null ? stamps.cancelledAt() : stamps.expiredAt();
  }

  private static String model(Batch batch) {
    return batch.model() == null ? "several models" : batch.model();
  }

  private static LogFields fields(String event, Batch batch) {
    return LogFields.of(event)
        .with("batch", batch.id().value())
        .with("project", batch.project())
        .with("status", batch.status().apiName())
        .with("model", batch.model());
  }

  private static void log(String sentence, LogFields fields) {
    LOG.log(System.Logger.Level.INFO, sentence, fields);
  }
}
