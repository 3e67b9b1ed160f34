package dev.nightjar.store;

import dev.nightjar.file.Manifest;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Holds the uploads in parts, under the rules of {@link Stores}. */
public interface UploadStore {
  /**
   * Records a pending upload; false if its project has {@code openMax} others that are pending and
   * not expired when this one is created.
   */
  boolean createUpload(Upload upload, int openMax);

  /** An upload, also one that has ended. */
  Optional<Upload> upload(String project, UploadId id);

  /** Records a part whose object is durable already. */
  PartOutcome addPart(UploadPart part, PartLimits limits, Instant now);

  /** All parts, in no particular order. */
  List<UploadPart> parts(UploadId upload);

  /**
   * pending → completed, and the file is there, in one transaction. Gives the upload as it is then:
   * one that has ended otherwise, or has expired, is returned unchanged and makes no file.
   */
  Upload completeUpload(UploadId upload, CompletedUpload completed, Instant now);

  /** pending → cancelled; one that has ended or has expired is returned unchanged. */
  Optional<Upload> cancelUpload(String project, UploadId id, Instant now);

  enum PartOutcome {
    ADDED,
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

  /** What an upload becomes: its parts in order, and the file with their bytes. */
  record CompletedUpload(List<PartId> parts, StoredFile file, Manifest content) {
    public CompletedUpload {
      parts = List.copyOf(parts);
    }
  }
}
