package dev.nightjar.engine;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.MetaStore.Validated;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams an input file once, checks every line, and cuts it into chunks. All problems are counted,
 * the first {@value #ERRORS_MAX} are listed. It keeps nothing: if the process dies, it starts
 * again.
 */
final class Validator {
  static final int ERRORS_MAX = 1_000;
  private static final int LINES_BETWEEN_LOOKS = 1_024;

  private final ContentReader input;
  private final LineRules rules;
  private final InputLimits limits;
  private final BooleanSupplier isCancelled;
  private final CustomIds customIds;
  private final ChunkPlan plan = new ChunkPlan();
  private final List<BatchError> errors = new ArrayList<>();
  private long errorCount;
  private @Nullable String model;
  private boolean hasSeveralModels;

  /** What came of a validation. */
  sealed interface Outcome {
    record Valid(Validated validated) implements Outcome {}

    record Invalid(List<BatchError> errors) implements Outcome {}

    record Cancelled() implements Outcome {}
  }

  Validator(
      ContentReader input,
      LineRules rules,
      InputLimits limits,
      long seed,
      BooleanSupplier isCancelled) {
    this.input = input;
    this.rules = rules;
    this.limits = limits;
    this.customIds = new CustomIds(seed);
    this.isCancelled = isCancelled;
  }

  Outcome run(long batch) throws IOException {
    JsonLines lines = lines();
    while (lines.next()) {
      if (lines.number() % LINES_BETWEEN_LOOKS == 0 && isCancelled.getAsBoolean()) {
        return new Outcome.Cancelled();
      }
      if (!lines.isBlank()) {
        check(lines);
      }
    }
    findDuplicates();
    checkWhole();
    if (errorCount > 0) {
      if (errorCount > errors.size()) {
        errors.removeLast();
        errors.add(tooManyErrors());
      }
      return new Outcome.Invalid(errors);
    }
    return new Outcome.Valid(
        new Validated(hasSeveralModels ? null : model, plan.lines(), plan.chunks(batch)));
  }

  private JsonLines lines() {
    return new JsonLines(input.stream(0, input.length()), limits.lineBytesMax());
  }

  private void check(JsonLines lines) {
    plan.add(lines.offset(), lines.end());
    if (lines.isTooLong()) {
      add(
          new BatchError(
              "line_too_long",
              "This line is longer than the %d bytes that a line may have."
                  .formatted(limits.lineBytesMax()),
              null,
              lines.number()));
      return;
    }
    try {
      RequestLine line = RequestLine.parse(lines.line());
      var found = new ArrayList<BatchError>();
      rules.check(line, lines.number(), model, found);
      found.forEach(this::add);
      if (line.customId() != null) {
        customIds.add(line.customId());
      }
      note(line.model() == null ? "" : line.model());
    } catch (MalformedLineException e) {
      add(new BatchError(e.code(), e.problem(), e.parameter(), lines.number()));
    }
  }

  private void note(String lineModel) {
    if (model == null) {
      model = lineModel;
    } else if (!model.equals(lineModel)) {
      hasSeveralModels = true;
    }
  }

  /** Equal hashes are settled by reading those ids once more: a collision harms no honest batch. */
  private void findDuplicates() throws IOException {
    Set<Long> suspicious = customIds.repeated(ERRORS_MAX);
    if (suspicious.isEmpty()) {
      return;
    }
    Map<String, Long> seen = new HashMap<>();
    JsonLines lines = lines();
    while (lines.next()) {
      String customId = lines.isTooLong() || lines.isBlank() ? null : customId(lines);
      if (customId != null && suspicious.contains(customIds.hash(customId))) {
        Long first = seen.putIfAbsent(customId, lines.number());
        if (first != null) {
          add(
              new BatchError(
                  "duplicate_custom_id",
                  "The custom_id '%s' for this request is a duplicate of another request. The"
                          .formatted(customId)
                      + " custom_id parameter must be unique for each request in a batch."
                      + " It was used first on line %d.".formatted(first),
                  "custom_id",
                  lines.number()));
        }
      }
    }
  }

  private static @Nullable String customId(JsonLines lines) {
    try {
      return RequestLine.parse(lines.line()).customId();
    } catch (MalformedLineException _) {
      return null; // It was reported in the first pass.
    }
  }

  private void checkWhole() {
    if (plan.lines() == 0) {
      add(new BatchError("empty_file", "The input file has no requests.", null, null));
    }
    if (plan.lines() > limits.linesMax()) {
      add(
          new BatchError(
              "too_many_requests",
              "The input file has %d requests; a batch may have %d."
                  .formatted(plan.lines(), limits.linesMax()),
              null,
              null));
    }
  }

  private void add(BatchError error) {
    errorCount++;
    if (errors.size() < ERRORS_MAX) {
      errors.add(error);
    }
  }

  private BatchError tooManyErrors() {
    return new BatchError(
        "too_many_errors",
        "%d problems were found; the first %d are listed.".formatted(errorCount, ERRORS_MAX - 1),
        null,
        null);
  }
}
