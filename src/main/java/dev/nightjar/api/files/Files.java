package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.Intake;
import dev.nightjar.api.Page;
import dev.nightjar.api.PageLimit;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.FileStore.FileQuery;
import dev.nightjar.store.LateWriter;
import dev.nightjar.store.ObjectKeys;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the verbs of {@code /files} do. Any thread may call it. */
public final class Files {
  private static final PageLimit LIMIT = new PageLimit(1, 10_000, 10_000);
  private static final Set<String> NOT_DOWNLOADABLE = Set.of("assistants", "user_data");

  private final ApiStores stores;
  private final ApiLimits limits;

  /**
   * Which files to list; each null for "not given".
   *
   * @param after the id of the last file of the page before
   * @param order {@code asc} or {@code desc} by creation
   */
  public record Listing(
      @Nullable String purpose,
      @Nullable String after,
      @Nullable String limit,
      @Nullable String order) {}

  /** A file that may be read, and where its bytes are. */
  public record Content(StoredFile file, Manifest manifest) {}

  public Files(ApiStores stores, ApiLimits limits) {
    this.stores = stores;
    this.limits = limits;
  }

  public ApiLimits limits() {
    return limits;
  }

  /** Refuses a request with this many bytes before they are read. */
  public void checkRoom(long bytes) {
    stores.checkRoom(bytes);
  }

  /** Begins a file whose purpose is not known yet: a client may send the bytes first. */
  public FileUpload begin(String project) throws IOException {
    var intake = new Intake(stores, limits, project);
    FileId id = stores.ids().newFile();
    var writer = new LateWriter(stores.objects(), ObjectKeys.upload(id));
    return new FileUpload(limits, intake, id, writer);
  }

  public StoredFile get(String project, String id) {
    return stores.files().file(project, new FileId(id)).orElseThrow(() -> unknown("id", id));
  }

  public Page<StoredFile> list(String project, Listing listing) {
    int limit = LIMIT.of(listing.limit());
    boolean isAscending = isAscending(listing.order());
    StoredFile after = after(project, listing.after());
    String purpose =
        listing.purpose() == null || listing.purpose().isEmpty() ? null : listing.purpose();
    List<StoredFile> found =
        stores.files().files(new FileQuery(project, purpose, after, limit + 1, isAscending));
    return Page.of(found, limit);
  }

  private @Nullable StoredFile after(String project, @Nullable String id) {
    if (id == null || id.isEmpty()) {
      return null;
    }
    return stores.files().placeOf(project, new FileId(id)).orElseThrow(() -> unknown("after", id));
  }

  private static boolean isAscending(@Nullable String order) {
    if (order == null || order.isEmpty()) {
      return false;
    }
    return switch (order) {
      case "asc" -> true;
      case "desc" -> false;
      default ->
          throw ApiError.invalidValue(
              "order",
              "Invalid value: '%s'. Supported values are: 'asc' and 'desc'.".formatted(order));
    };
  }

  /** Hides a file; a batch that is reading it goes on. */
  public void delete(String project, String id) {
    if (!stores.files().deleteFile(project, new FileId(id))) {
      throw unknown("id", id);
    }
  }

  public Content content(String project, String id) {
    StoredFile file = get(project, id);
    if (NOT_DOWNLOADABLE.contains(file.purpose())) {
      throw new ApiError(
          400, null, null, "Not allowed to download files of purpose: " + file.purpose());
    }
    Manifest manifest = stores.files().content(file.id()).orElseThrow(() -> unknown("id", id));
    return new Content(file, manifest);
  }

  public ContentReader open(Content content) {
    return ContentReader.forward(stores.objects(), content.manifest());
  }

  private static ApiError unknown(String param, String id) {
    return ApiError.notFound(param, "No such File object: " + id);
  }
}
