package dev.nightjar.store;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds the uploads in parts, under the rules of {@link Stores}. */
public interface UploadStore {
  /** Records a pending upload; empty if its project has {@code openMax} others that are pending. */
  Optional<Upload> createUpload(NewUpload upload, int openMax);

  /** An upload, also one that has ended. */
  Optional<Upload> upload(String project, UploadId id);

  /** Records a part whose object is durable already. */
  PartOutcome addPart(NewPart part, PartLimits limits);

  /** All parts, in no particular order. */
  List<UploadPart> parts(UploadId upload);

  /**
   * pending → completed, and the file is there, in one transaction. Gives the upload as it is then:
   * one that has ended otherwise, or has expired, is returned unchanged and makes no file.
   */
  Upload completeUpload(UploadId upload, CompletedUpload completed);

  /** pending → cancelled; one that has ended or has expired is returned unchanged. */
  Optional<Upload> cancelUpload(String project, UploadId id);

  /** What came of a part. */
  sealed interface PartOutcome {
    record Added(UploadPart part) implements PartOutcome {}
  }

  /** Why a part was not added. */
  enum PartRefusal implements PartOutcome {
    /** The upload is gone, or takes no parts any more: the part's object is an orphan. */
    ENDED,
    /** The upload has as many parts as it may. */
    TOO_MANY,
    /** The upload's parts would hold more than they may. */
    TOO_MUCH,
    /** Its project stores as much as it may. */
    NO_ROOM
  }

  /**
   * How many parts an upload may have, and how much its project may store.
   *
   * @param timesMax how many times the upload's bytes its parts may hold: clients send one again
   *     whose answer was lost
   * @param storageBytesMax {@link Long#MAX_VALUE} for any
   */
  record PartLimits(int partsMax, int timesMax, long storageBytesMax) {}

  /**
   * An upload to record.
   *
   * @param file what it becomes
   * @param fileLife of that file from its creation; null for ever
   * @param life of the upload, from now on
   */
  record NewUpload(
      UploadId id,
      String project,
      String filename,
      String purpose,
      long bytes,
      FileId file,
      @Nullable Duration fileLife,
      Duration life) {}

  /** A part whose object is durable already. */
  record NewPart(PartId id, UploadId upload, long bytes) {}

  /** What an upload becomes: the file with the bytes of these parts, in this order. */
  record CompletedUpload(List<PartId> parts, Manifest content) {
    public CompletedUpload {
      parts = List.copyOf(parts);
    }
  }
}
