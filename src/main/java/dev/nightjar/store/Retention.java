package dev.nightjar.store;

import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.UploadId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says which objects are not needed any more, under the rules of {@link Stores}. */
public interface Retention {
  /**
   * Files that were deleted or had expired so long ago and that no unfinished batch reads. At most
   * {@code max}; a forgotten one does not come again.
   */
  List<FileId> goneFiles(Duration ago, int max);

  /**
   * The latest moment that a row knows of, of what was made, ended or deleted; empty if there is
   * none. It is no later than now, unless a clock was wrong.
   */
  Optional<Instant> latest();

  /** Drops the rows of files whose objects are deleted, in one transaction. */
  void forgetFiles(List<FileId> files);

  /** Uploads that had ended or expired so long ago, at most {@code max}. */
  List<EndedUpload> endedUploads(Duration ago, int max);

  /** Drops the rows of uploads whose unused parts are deleted; the files they became stay. */
  void forgetUploads(List<UploadId> uploads);

  /**
   * Those of these objects that a row needs or may come to need: all of an unfinished batch and of
   * an upload, since what is written for them may get its row at any moment; else what the manifest
   * of a file names. Objects whose key says nothing are needed.
   */
  Set<String> needed(Collection<String> keys);

  /**
   * An upload that has ended, and the parts that are in no file.
   *
   * @param file what it became or would have become: its parts are named after that
   */
  record EndedUpload(UploadId id, FileId file, List<PartId> unusedParts) {
    public EndedUpload {
      unusedParts = List.copyOf(unusedParts);
    }
  }
}
