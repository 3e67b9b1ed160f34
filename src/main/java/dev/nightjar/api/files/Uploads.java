package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.Intake;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.Upload.Status;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.LateWriter;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.NewUpload;
import dev.nightjar.validation.Beginning;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the verbs of {@code /uploads} do. Any thread may call it. The completed file consists of the
 * parts' own objects, so completing copies nothing. If the process dies, each upload is as the last
 * answered request left it, and whatever was under way may be asked again.
 */
public final class Uploads {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final int READ_BYTES = 256 * 1024;

  private final ApiStores stores;
  private final ApiLimits limits;

  public Uploads(ApiStores stores, ApiLimits limits) {
    this.stores = stores;
    this.limits = limits;
  }

  public ApiLimits limits() {
    return limits;
  }

  public UploadView create(String project, JsonNode body) {
    NewUploadRequest request = NewUploadRequest.of(body, limits);
    var asked =
        new NewUpload(
            stores.ids().newUpload(),
            project,
            request.filename(),
            request.purpose(),
            request.bytes(),
            stores.ids().newFile(),
            request.fileLife(),
            LIFE);
    Upload upload =
        stores
            .uploads()
            .createUpload(asked, ApiLimits.OPEN_UPLOADS_MAX)
            .orElseThrow(Uploads::tooMany);
    return new UploadView(upload, null);
  }

  private static ApiError tooMany() {
    return new ApiError(
        429,
        "too_many_uploads",
        null,
        "There are %d open uploads already. Complete or cancel some, or wait until they expire."
            .formatted(ApiLimits.OPEN_UPLOADS_MAX));
  }

  public UploadView get(String project, String id) {
    return view(find(project, id));
  }

  /** Begins a part; an upload that takes none is refused before any of its bytes are. */
  public PartUpload beginPart(String project, String id) throws IOException {
    Upload upload = find(project, id);
    if (upload.status() != Status.PENDING) {
      throw UploadErrors.notPending(upload);
    }
    stores.checkRoom(0);
    var intake = new Intake(stores, limits, project);
    PartId part = stores.ids().newPart();
    var writer = new LateWriter(stores.objects(), ObjectKeys.part(upload.file(), part));
    return new PartUpload(intake, upload, part, writer);
  }

  /**
   * Makes the file of the parts in the order given; done again with the same parts it changes
   * nothing.
   */
  public UploadView complete(String project, String id, JsonNode body) throws IOException {
    CompleteUploadRequest request = CompleteUploadRequest.of(body);
    Upload upload = find(project, id);
    if (upload.status() == Status.PENDING) {
      Manifest content = content(upload, request.parts());
      checkContent(upload, content, request.md5());
      var completed = new CompletedUpload(request.parts(), content);
      upload = stores.uploads().completeUpload(upload.id(), completed);
    }
    if (upload.status() != Status.COMPLETED || !upload.parts().equals(request.parts())) {
      throw UploadErrors.notPending(upload);
    }
    return view(upload);
  }

  /** Ends an upload without a file; done again it changes nothing. */
  public UploadView cancel(String project, String id) {
    var uploadId = new UploadId(id);
    Upload upload =
        stores
            .uploads()
            .cancelUpload(project, uploadId)
            .orElseThrow(() -> UploadErrors.unknown(uploadId));
    if (upload.status() != Status.CANCELLED) {
      throw UploadErrors.notPending(upload);
    }
    return view(upload);
  }

  private Upload find(String project, String id) {
    var uploadId = new UploadId(id);
    return stores
        .uploads()
        .upload(project, uploadId)
        .orElseThrow(() -> UploadErrors.unknown(uploadId));
  }

  private UploadView view(Upload upload) {
    StoredFile file =
        upload.status() == Status.COMPLETED
            ? stores.files().file(upload.project(), upload.file()).orElse(null)
            : null;
    return new UploadView(upload, file);
  }

  private Manifest content(Upload upload, List<PartId> order) {
    Map<PartId, UploadPart> parts =
        stores.uploads().parts(upload.id()).stream()
            .collect(Collectors.toMap(UploadPart::id, Function.identity()));
    var pieces = new ArrayList<Piece>();
    for (PartId id : order) {
      UploadPart part = parts.get(id);
      if (part == null) {
        throw ApiError.invalidValue(
            CompleteUploadRequest.PART_IDS,
            "Invalid 'part_ids': upload %s has no part '%s'.".formatted(upload.id(), id));
      }
      if (part.bytes() > 0) {
        pieces.add(new Piece(ObjectKeys.part(upload.file(), id), part.bytes()));
      }
    }
    return new Manifest(pieces);
  }

  private void checkContent(Upload upload, Manifest content, @Nullable String md5)
      throws IOException {
    if (content.bytes() != upload.bytes()) {
      throw ApiError.invalidValue(
          CompleteUploadRequest.PART_IDS,
          "The parts hold %d bytes, and the upload was created for %d bytes."
              .formatted(content.bytes(), upload.bytes()));
    }
    var beginning = new Beginning();
    MessageDigest digest = md5();
    try (var reader = ContentReader.forward(stores.objects(), content)) {
      InputStream in = reader.stream(0, reader.length());
      byte[] buffer = new byte[READ_BYTES];
      int n = in.read(buffer);
      while (n > 0 && (md5 != null || !beginning.isSeen())) {
        beginning.see(buffer, 0, n);
        digest.update(buffer, 0, n);
        letOthersRun();
        n = in.read(buffer);
      }
    }
    FileRules.checkBeginning(upload.purpose(), beginning);
    String found = HexFormat.of().formatHex(digest.digest());
    if (md5 != null && !md5.equals(found)) {
      throw ApiError.invalidValue(
          CompleteUploadRequest.MD5,
          "The MD5 of the parts in this order is %s, not %s.".formatted(found, md5));
    }
  }

  /**
   * A digest of gigabytes takes many seconds, and nobody takes the carrier from a virtual thread.
   */
  @SuppressWarnings("ThreadPriorityCheck") // It is for fairness; nothing relies on it.
  private static void letOthersRun() {
    Thread.yield();
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
