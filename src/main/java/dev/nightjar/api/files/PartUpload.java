package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.Intake;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.UploadStore.NewPart;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.UploadStore.PartOutcome;
import dev.nightjar.store.UploadStore.PartRefusal;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A part on its way in: its bytes are written to this stream, then {@link #finish} keeps it. Closed
 * without that, or refused by it, it leaves nothing; if the process dies between the bytes' commit
 * and the row, an object without a row is left for the sweep of orphans. One thread.
 */
public final class PartUpload extends OutputStream {
  private final ApiStores stores;
  private final Upload upload;
  private final PartId id;
  private final ObjectStore.Writer writer;
  private final Intake intake;

  PartUpload(Intake intake, Upload upload, PartId id, ObjectStore.Writer writer) {
    this.stores = intake.stores();
    this.intake = intake;
    this.upload = upload;
    this.id = id;
    this.writer = writer;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (count > ApiLimits.PART_BYTES_MAX - writer.bytesWritten()) {
      throw tooLarge();
    }
    if (count > ApiLimits.PART_TIMES_MAX * upload.bytes() - writer.bytesWritten()) {
      throw beyondUpload();
    }
    intake.take(count);
    writer.write(bytes, offset, count);
  }

  /** Also for a request whose length says it before a byte is read. */
  public static ApiError tooLarge() {
    return ApiError.tooLarge(
        "The part is larger than the maximum of %d bytes.".formatted(ApiLimits.PART_BYTES_MAX));
  }

  private ApiError beyondUpload() {
    return ApiError.invalidValue(
        "data",
        "Upload %s was created for %d bytes, and its parts hold more. Each byte may be sent %d times."
            .formatted(upload.id(), upload.bytes(), ApiLimits.PART_TIMES_MAX));
  }

  /** Keeps it, durably, if its upload still takes parts. */
  public UploadPart finish() throws IOException {
    if (writer.bytesWritten() > 0) {
      writer.commit();
    }
    var part = new NewPart(id, upload.id(), writer.bytesWritten());
    var limits = new PartLimits(ApiLimits.PARTS_MAX, ApiLimits.PART_TIMES_MAX, intake.bytesMax());
    intake.close(); // Before its row counts the same bytes: the row is refused if there is no room.
    PartOutcome outcome = stores.uploads().addPart(part, limits);
    if (outcome instanceof PartOutcome.Added(UploadPart added)) {
      return added;
    }
    stores.objects().delete(ObjectKeys.part(upload.file(), id));
    throw switch (outcome) {
      case PartOutcome.Added _ -> new IllegalStateException("" + outcome);
      case PartRefusal.ENDED -> ended();
      case PartRefusal.NO_ROOM -> intake.exceeded(part.bytes());
      case PartRefusal.TOO_MUCH -> beyondUpload();
      case PartRefusal.TOO_MANY ->
          ApiError.invalidValue(
              "upload_id",
              "Upload %s has %d parts already, the most that it may have. Send larger parts."
                  .formatted(upload.id(), ApiLimits.PARTS_MAX));
    };
  }

  private ApiError ended() {
    return stores
        .uploads()
        .upload(upload.project(), upload.id())
        .map(UploadErrors::notPending)
        .orElseGet(() -> UploadErrors.unknown(upload.id()));
  }

  @Override
  public void close() throws IOException {
    try (intake) {
      writer.close();
    }
  }
}
