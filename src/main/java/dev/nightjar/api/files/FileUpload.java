package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.ExpiresAfter;
import dev.nightjar.api.Intake;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.disk.DiskFull;
import dev.nightjar.validation.Beginning;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way in: its bytes are written to this stream, then {@link #finish} checks and keeps
 * it. Closed without that, or refused by it, it leaves nothing. If the process dies between the
 * bytes' commit and the row, an object without a row is left for the sweep of orphans. One thread.
 */
public final class FileUpload extends OutputStream {
  private final ApiStores stores;
  private final ApiLimits limits;
  private final Intake intake;
  private final FileId id;
  private final ObjectStore.Writer writer;
  private final Beginning beginning = new Beginning();

  /** What came with the file; null for "not given". */
  public record Form(
      @Nullable String filename, @Nullable String purpose, Map<String, String> fields) {}

  FileUpload(ApiLimits limits, Intake intake, FileId id, ObjectStore.Writer writer) {
    this.stores = intake.stores();
    this.limits = limits;
    this.intake = intake;
    this.id = id;
    this.writer = writer;
  }

  /** How long the file may be for its project to have room for it. */
  public long room() {
    return intake.room();
  }

  public ApiError noRoom(long needed) {
    return intake.exceeded(needed);
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
    intake.take(count);
    beginning.see(bytes, offset, count);
    writer.write(bytes, offset, count);
  }

  /** Also for a request whose length says it before a byte is read. */
  public static ApiError tooLarge(ApiLimits limits) {
    return ApiError.tooLarge(
        "The file is larger than the maximum of %d bytes.".formatted(limits.fileBytesMax()));
  }

  /** Checks the whole and keeps it, durably. */
  public StoredFile finish(Form form) throws IOException {
    String purpose = FileRules.purpose(form.purpose());
    Duration asked = ExpiresAfter.ofForm(form.fields());
    String filename = FileRules.filename("file", form.filename());
    FileRules.checkExtension(purpose, filename);
    FileRules.checkBeginning(purpose, beginning);
    long bytes = writer.bytesWritten();
    if (bytes > 0) {
      writer.commit();
    }
    Duration life = asked == null ? limits.fileLife().of(purpose) : asked;
    return insert(
        new NewFile(id, intake.project(), filename, purpose, bytes, life),
        Manifest.ofObject(ObjectKeys.upload(id), bytes));
  }

  /** A row that the full disk, or the full quota, did not take leaves no object either. */
  private StoredFile insert(NewFile file, Manifest content) throws IOException {
    intake.close(); // Before its row counts the same bytes: the row is refused if there is no room.
    try {
      Optional<StoredFile> stored = stores.files().insertFile(file, content, intake.bytesMax());
      if (stored.isEmpty()) {
        stores.objects().delete(ObjectKeys.upload(id));
        throw noRoom(file.bytes());
      }
      return stored.get();
    } catch (StoreException e) {
      if (DiskFull.isCauseOf(e) && stores.files().content(id).isEmpty()) {
        stores.objects().delete(ObjectKeys.upload(id));
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (intake) {
      writer.close();
    }
  }
}
