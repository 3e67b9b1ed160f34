package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;

/** Says why an upload cannot be had or changed. */
final class UploadErrors {
  private UploadErrors() {}

  static ApiError unknown(UploadId id) {
    return ApiError.notFound("upload_id", "No such Upload object: " + id);
  }

  static ApiError notPending(Upload upload) {
    String how =
        switch (upload.status()) {
          case COMPLETED -> "is completed";
          case CANCELLED -> "is cancelled";
          case EXPIRED -> "has expired at " + upload.expiresAt();
          case PENDING -> throw new IllegalStateException(upload.id() + " is pending");
        };
    return ApiError.invalidValue(
        "upload_id", "Upload %s %s and cannot be changed any more.".formatted(upload.id(), how));
  }
}
