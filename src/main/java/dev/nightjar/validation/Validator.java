package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import dev.nightjar.file.JsonLines.Place;
import dev.nightjar.file.LongLines;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ContentReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams an input file once, checks every line, and cuts it into chunks. All problems are counted,
 * the first {@value #ERRORS_MAX} are listed. It may be done in slices, between which it holds
 * neither the file open nor a line. It keeps nothing: if the process dies, it starts again.
 */
final class Validator {
  static final int ERRORS_MAX = 1_000;
  private static final long BYTES_BETWEEN_LOOKS = 1 << 20;

  private final Input input;
  private final LineRules rules;
  private final ModelRules models;
  private final InputLimits limits;
  private final BooleanSupplier isCancelled;
  private final BooleanSupplier mayTakeBlock;
  private final Consumer<RequestLine> each;
  private final CustomIds customIds;
  private final LongLines longLines;
  private final Supplier<OfferedModels> offered;
  private final ChunkPlan plan = new ChunkPlan();
  private final List<BatchError> errors = new ArrayList<>();
  private long errorCount;

  /** What the first line has, and so perhaps all: it is said once, with how many have it. */
  private @Nullable String fault;

  private long faulty;
  private long linesBeyond;
  private boolean hasBlock;

  /** How far the pass under way has come. */
  private Place place = Place.BEGINNING;

  /** Null in the first pass; then what the second looks for. */
  private @Nullable DuplicateIds duplicates;

  /** What is validated: it is read again when custom_ids look alike. */
  interface Input {
    InputStream open(long offset) throws IOException;
  }

  private enum Read {
    TO_THE_END,
    CANCELLED,
    SO_FAR
  }

  /** What came of a validation. */
  sealed interface Outcome {
    record Valid(ValidInput validated) implements Outcome {}

    record Invalid(List<BatchError> errors) implements Outcome {}

    record Cancelled() implements Outcome {}
  }

  Validator(
      ContentReader input,
      LineRules rules,
      InputLimits limits,
      CustomIds customIds,
      BooleanSupplier isCancelled) {
    this(
        offset -> input.stream(offset, input.length() - offset),
        rules,
        limits,
        customIds,
        isCancelled,
        Host.ALONE,
        _ -> {});
  }

  /**
   * What validations that run at once share.
   *
   * @param mayTakeBlock takes another piece of memory for custom_ids; false if there is none now
   * @param offered which models there are, asked anew for each slice
   */
  record Host(BooleanSupplier mayTakeBlock, LongLines longLines, Supplier<OfferedModels> offered) {
    static final Host ALONE = new Host(() -> true, LongLines.ANY, () -> OfferedModels.ANY);
  }

  /** {@code each} sees every line that is a request, be it valid or not. */
  Validator(
      Input input,
      LineRules rules,
      InputLimits limits,
      CustomIds customIds,
      BooleanSupplier isCancelled,
      Host host,
      Consumer<RequestLine> each) {
    this.each = each;
    this.input = input;
    this.rules = rules;
    this.models = new ModelRules(limits.mixedModels());
    this.offered = host.offered;
    this.limits = limits;
    this.customIds = customIds;
    this.isCancelled = isCancelled;
    this.mayTakeBlock = host.mayTakeBlock;
    this.longLines = host.longLines;
  }

  /** To the end, in one go. */
  Outcome run(long batch) throws IOException {
    Optional<Outcome> outcome;
    do {
      outcome = advance(batch, Long.MAX_VALUE);
    } while (outcome.isEmpty());
    return outcome.get();
  }

  /** Goes on for about so many bytes, or until memory is short; empty if there is more to do. */
  Optional<Outcome> advance(long batch, long bytesMax) throws IOException {
    if (place.equals(Place.BEGINNING) && duplicates == null) {
      Optional<BatchError> problem = problemOfTheWhole();
      if (problem.isPresent()) {
        return Optional.of(new Outcome.Invalid(List.of(problem.get())));
      }
    }
    if (duplicates == null) {
      models.offered(offered.get());
      Read read = read(this::check, bytesMax);
      if (read != Read.TO_THE_END) {
        return unfinished(read);
      }
      duplicates = new DuplicateIds(customIds, ERRORS_MAX);
      place = Place.BEGINNING;
    }
    if (duplicates.areSuspected()) {
      DuplicateIds second = duplicates;
      Read read = read(lines -> second.find(lines, this::add), bytesMax);
      if (read != Read.TO_THE_END) {
        return unfinished(read);
      }
      errorCount += second.others();
    }
    return Optional.of(whole(batch));
  }

  private Optional<BatchError> problemOfTheWhole() throws IOException {
    try (InputStream bytes = input.open(0)) {
      return Beginning.of(bytes).problemOfTheWhole();
    }
  }

  private static Optional<Outcome> unfinished(Read read) {
    return read == Read.CANCELLED ? Optional.of(new Outcome.Cancelled()) : Optional.empty();
  }

  private Outcome whole(long batch) {
    checkWhole();
    if (errorCount > 0) {
      if (errorCount > errors.size()) {
        errors.removeLast();
        errors.add(tooManyErrors());
      }
      return new Outcome.Invalid(errors);
    }
    return new Outcome.Valid(new ValidInput(models.ofAll(), plan.lines(), plan.chunks(batch)));
  }

  /** Visits the lines that are not blank, from where it was. */
  private Read read(Consumer<JsonLines> visit, long bytesMax) throws IOException {
    long begun = place.bytes();
    try (InputStream bytes = input.open(begun);
        var lines = new JsonLines(bytes, limits.lineBytesMax(), longLines, place)) {
      long nextLook = begun + BYTES_BETWEEN_LOOKS;
      while (lines.end() - begun < bytesMax && hasMemory()) {
        if (!lines.next()) {
          return Read.TO_THE_END;
        }
        if (lines.end() >= nextLook) {
          if (isCancelled.getAsBoolean()) {
            return Read.CANCELLED;
          }
          nextLook = lines.end() + BYTES_BETWEEN_LOOKS;
        }
        if (!lines.isBlank()) {
          visit.accept(lines);
        }
      }
      place = lines.place();
      return isCancelled.getAsBoolean() ? Read.CANCELLED : Read.SO_FAR;
    }
  }

  /** For the custom_id of the next line. */
  private boolean hasMemory() {
    if (duplicates == null && !hasBlock && customIds.needsBlock()) {
      hasBlock = mayTakeBlock.getAsBoolean();
      return hasBlock;
    }
    return true;
  }

  private void check(JsonLines lines) {
    if (plan.lines() == limits.linesMax()) {
      linesBeyond++; // The batch fails: what these say would only cost memory.
      return;
    }
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
      each.accept(line);
      var found = new ArrayList<BatchError>();
      if (rules.isBareBody(line)) {
        add(LineRules.BARE_BODY, rules.bareBody(lines.number()));
        return;
      }
      rules.check(line, lines.number(), found);
      found.forEach(this::add);
      checkModel(rules.model(line), lines.number());
      if (line.customId() != null && !line.customId().isEmpty()) {
        customIds.add(line.customId());
        hasBlock = false;
      }
    } catch (MalformedLineException e) {
      add(e.kind(), new BatchError(e.code(), e.problem(), e.parameter(), lines.number()));
    }
  }

  private void checkModel(@Nullable String model, long number) {
    BatchError error = model == null ? null : models.check(model, number);
    if (error != null) {
      add(error);
    }
  }

  private void checkWhole() {
    if (plan.lines() == 0) {
      add(Beginning.empty());
    }
    if (faulty > 1) {
      errors.set(0, ofMany(errors.getFirst()));
    }
    if (linesBeyond > 0) {
      add(
          new BatchError(
              "too_many_requests",
              "The input file has %d requests; a batch may have %d."
                  .formatted(plan.lines() + linesBeyond, limits.linesMax()),
              null,
              null));
    }
  }

  private BatchError ofMany(BatchError first) {
    return new BatchError(
        first.code(),
        "%s %d lines of the file are like this.".formatted(first.message(), faulty),
        first.param(),
        first.line());
  }

  private void add(@Nullable String kind, BatchError error) {
    if (plan.lines() == 1) {
      fault = kind;
    }
    boolean isOfAll = kind != null && kind.equals(fault);
    faulty += isOfAll ? 1 : 0;
    if (!isOfAll || faulty == 1) {
      add(error);
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
