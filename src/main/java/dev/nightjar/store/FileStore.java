package dev.nightjar.store;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds what files there are, under the rules of {@link Stores}. */
public interface FileStore {
  /** Records a file whose objects are durable already. */
  default StoredFile insertFile(NewFile file, Manifest content) {
    return insertFile(file, content, Long.MAX_VALUE).orElseThrow();
  }

  /** The same, but empty if its project would then store more than {@code storageBytesMax}. */
  Optional<StoredFile> insertFile(NewFile file, Manifest content, long storageBytesMax);

  /**
   * What a project's files hold, and the parts that are in no file: also those that the API shows
   * no more, until they are forgotten because their bytes are gone.
   */
  long storedBytes(String project);

  /** A file that the API may show: not deleted, not expired. */
  Optional<StoredFile> file(String project, FileId id);

  /** The file that a batch reads, unless it is deleted or had expired when the batch was made. */
  Optional<StoredFile> inputOf(Batch batch);

  /**
   * Where a page goes on: also a file that was deleted or has expired since the page before, as
   * long as its row is there.
   */
  Optional<StoredFile> placeOf(String project, FileId id);

  /** One page, ordered by (createdAt, sequence). */
  List<StoredFile> files(FileQuery query);

  /** Hides a file from the API at once; its bytes stay while an unfinished batch needs them. */
  boolean deleteFile(String project, FileId id);

  /** What a file's bytes are, also of a deleted file that an unfinished batch still needs. */
  Optional<Manifest> content(FileId id);

  /**
   * A page of files.
   *
   * @param after the last file of the page before; null for the first page
   */
  record FileQuery(
      String project,
      @Nullable String purpose,
      @Nullable StoredFile after,
      int limit,
      boolean isAscending) {}

  /**
   * A file to record.
   *
   * @param life from now on; null for ever
   */
  record NewFile(
      FileId id,
      String project,
      String filename,
      String purpose,
      long bytes,
      @Nullable Duration life) {}
}
