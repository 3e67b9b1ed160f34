package dev.nightjar.api;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.DiskFull;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way in: its bytes are written to this stream, then {@link #finish} checks and keeps
 * it. Closed without that, or refused by it, it leaves nothing. If the process dies between the
 * bytes' commit and the row, an object without a row is left for the sweep of orphans. One thread.
 */
public final class FileUpload extends OutputStream {
  private static final String PURPOSE = "purpose";
  private static final String BATCH = "batch";
  private static final List<String> PURPOSES =
      List.of("assistants", BATCH, "fine-tune", "vision", "user_data", "evals");
  private static final Duration BATCH_FILE_LIFE = Duration.ofDays(30);
  private static final String NOT_JSONL = "Invalid file format for Batch API. Must be .jsonl";

  /** How much a file may take of a disk before its room is looked at again. */
  private static final long BYTES_BETWEEN_LOOKS = 8L << 20;

  /** What Python's client calls raw bytes; the API's file has a name in any case. */
  private static final String NAMELESS = "upload";

  private final Backing backing;
  private final ApiLimits limits;
  private final FileId id;
  private final ObjectStore.Writer writer;
  private final FirstByte first = new FirstByte();
  private long nextLookAt = BYTES_BETWEEN_LOOKS;

  /** The fields of the form besides the file itself; null for "not given". */
  public record Form(
      @Nullable String filename,
      @Nullable String purpose,
      @Nullable String expiresAfterAnchor,
      @Nullable String expiresAfterSeconds) {}

  FileUpload(Backing backing, ApiLimits limits, FileId id, ObjectStore.Writer writer) {
    this.backing = backing;
    this.limits = limits;
    this.id = id;
    this.writer = writer;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (count > limits.fileBytesMax() - writer.bytesWritten()) {
      throw tooLarge(limits);
    }
    if (writer.bytesWritten() >= nextLookAt) {
      backing.checkRoom(0);
      nextLookAt = writer.bytesWritten() + BYTES_BETWEEN_LOOKS;
    }
    first.see(bytes, offset, count);
    writer.write(bytes, offset, count);
  }

  /** Also for a request whose length says it before a byte is read. */
  public static ApiError tooLarge(ApiLimits limits) {
    return ApiError.tooLarge(
        "The file is larger than the maximum of %d bytes.".formatted(limits.fileBytesMax()));
  }

  /** Checks the whole and keeps it, durably. */
  public StoredFile finish(String project, Form form) throws IOException {
    String purpose = purpose(form.purpose());
    Duration life = ExpiresAfter.ofForm(form.expiresAfterAnchor(), form.expiresAfterSeconds());
    String filename = filename(form.filename());
    if (purpose.equals(BATCH)) {
      checkBatchInput(filename);
      life = life == null ? BATCH_FILE_LIFE : life;
    }
    long bytes = writer.bytesWritten();
    if (bytes > 0) {
      writer.commit();
    }
    Instant now = backing.clock().instant();
    Instant expiresAt = life == null ? null : now.plus(life);
    var file = new StoredFile(id, 0, project, filename, purpose, bytes, now, expiresAt);
    insert(file, Manifest.ofObject(ObjectKeys.upload(id), bytes));
    return file;
  }

  /** A row that the full disk did not take leaves no object either. */
  private void insert(StoredFile file, Manifest content) throws IOException {
    try {
      backing.meta().insertFile(file, content);
    } catch (StoreException e) {
      if (DiskFull.isCauseOf(e) && backing.meta().content(id).isEmpty()) {
        backing.objects().delete(ObjectKeys.upload(id));
      }
      throw e;
    }
  }

  private static String purpose(@Nullable String purpose) {
    if (purpose == null) {
      throw ApiError.missing(PURPOSE);
    }
    if (!PURPOSES.contains(purpose)) {
      String known =
          PURPOSES.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
      throw ApiError.invalidValue(
          PURPOSE, "'%s' is not one of [%s] - 'purpose'".formatted(purpose, known));
    }
    return purpose;
  }

  private static String filename(@Nullable String filename) {
    if (filename == null || filename.isEmpty()) {
      return NAMELESS;
    }
    int length = filename.codePointCount(0, filename.length());
    if (length > ApiLimits.FILENAME_CHARACTERS_MAX) {
      throw new ApiError(
          400,
          "string_above_max_length",
          "file",
          "Invalid file name: too long. Expected at most %d characters, but got %d instead."
              .formatted(ApiLimits.FILENAME_CHARACTERS_MAX, length));
    }
    return filename;
  }

  private void checkBatchInput(String filename) {
    int dot = filename.lastIndexOf('.');
    boolean hasExtension = dot > filename.lastIndexOf('/') && dot < filename.length() - 1;
    if (hasExtension && !filename.substring(dot).toLowerCase(Locale.ROOT).equals(".jsonl")) {
      throw new ApiError(400, null, null, NOT_JSONL);
    }
    switch (first.found()) {
      case FirstByte.NONE -> throw new ApiError(400, null, null, NOT_JSONL + ": the file is empty");
      case '{' -> {}
      default ->
          throw new ApiError(
              400, null, null, NOT_JSONL + ": its first line does not begin a JSON object");
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
