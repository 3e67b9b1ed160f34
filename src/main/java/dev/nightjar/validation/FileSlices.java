package dev.nightjar.validation;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ContentReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Checks the input files of batches, a slice of {@value #SLICE_BYTES} bytes at a time. Any thread
 * may call it, for one batch one at a time.
 */
final class FileSlices {
  private static final long SLICE_BYTES = 64L << 20;

  private final ValidationInputs inputs;
  private final ValidationRules rules;
  private final RandomGenerator random;
  private final Map<Long, Begun> begunFiles = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  FileSlices(ValidationInputs inputs, ValidationRules rules, RandomGenerator random) {
    this.inputs = inputs;
    this.rules = rules;
    this.random = random;
  }

  /** A file of which something is read. Whoever does its slice uses it, but for its end. */
  private final class Begun {
    final Validator validator;
    private boolean mayTakeBlock;
    private boolean wantsBlock = true;
    private volatile boolean isEnded;

    Begun(Batch batch, Manifest content) {
      this.validator =
          new Validator(
              offset -> open(content, offset),
              new LineRules(batch.endpoint(), rules.limits().mixedUrls()),
              rules.limits(),
              new CustomIds(random.nextLong()),
              () -> isClosed || isEnded,
              new Validator.Host(this::takeBlock, inputs.longLines(), rules.offered()),
              _ -> {});
    }

    Optional<Validator.Outcome> advance(long batch) throws IOException {
      mayTakeBlock |= wantsBlock;
      wantsBlock = false;
      return validator.advance(batch, SLICE_BYTES);
    }

    private boolean takeBlock() {
      boolean mayTake = mayTakeBlock;
      mayTakeBlock = false;
      wantsBlock = !mayTake;
      return mayTake;
    }

    boolean wantsBlock() {
      return wantsBlock;
    }

    void end() {
      isEnded = true;
    }
  }

  /** The next slice of a batch's file; empty while there is more to do. */
  Optional<Validator.Outcome> advance(Batch batch) throws IOException {
    Begun begun = begunFiles.get(batch.sequence());
    if (begun == null) {
      Optional<StoredFile> file = inputs.stores().files().inputOf(batch);
      Optional<Manifest> content =
          file.flatMap(found -> inputs.stores().files().content(found.id()));
      if (content.isEmpty()) {
        return invalidFile(
            "Cannot find file %s, or organization %s does not have access to it."
                .formatted(batch.inputFileId(), batch.project()));
      }
      if (!file.get().purpose().equals("batch")) {
        return invalidFile(
            "The file %s has the purpose '%s'; the input of a batch needs 'batch'."
                .formatted(batch.inputFileId(), file.get().purpose()));
      }
      begun = new Begun(batch, content.get());
      begunFiles.put(batch.sequence(), begun);
    }
    return begun.advance(batch.sequence());
  }

  /** The last slice ended for want of memory. */
  boolean wantsMemory(long batch) {
    Begun begun = begunFiles.get(batch);
    return begun != null && begun.wantsBlock();
  }

  /** It has come to its end, or is to begin anew; its slice under way ends soon. */
  void end(long batch) {
    Begun begun = begunFiles.remove(batch);
    if (begun != null) {
      begun.end();
    }
  }

  void close() {
    isClosed = true;
  }

  boolean isClosed() {
    return isClosed;
  }

  /** For one slice: between two of them no file is open. */
  private InputStream open(Manifest content, long offset) throws IOException {
    var reader = new ContentReader(inputs.objects(), content);
    return new FilterInputStream(reader.stream(offset, reader.length() - offset)) {
      @Override
      public void close() throws IOException {
        reader.close();
      }
    };
  }

  private static Optional<Validator.Outcome> invalidFile(String message) {
    return Optional.of(
        new Validator.Outcome.Invalid(
            List.of(new BatchError("invalid_request", message, "file_id", null))));
  }
}
