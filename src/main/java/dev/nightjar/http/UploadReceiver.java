package dev.nightjar.http;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.FileUpload;
import dev.nightjar.api.Files;
import dev.nightjar.file.StoredFile;
import dev.nightjar.http.MultipartScanner.Part;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes an upload in: the file's bytes go to the store as they come, whether its purpose was sent
 * before or comes after them.
 */
record UploadReceiver(Files files) {
  private static final String FILE = "file";
  private static final int FIELD_BYTES_MAX = 64 * 1024;

  /** More than the form's other fields and its boundaries can need. */
  private static final long FORM_BYTES_MAX = 4L << 20;

  StoredFile receive(String project, ServerRequest request) throws IOException {
    String boundary = boundary(request.headers().first(HeaderNames.CONTENT_TYPE).orElse(null));
    long length = request.headers().contentLength().orElse(0);
    if (length > files.limits().fileBytesMax() + FORM_BYTES_MAX) {
      throw FileUpload.tooLarge(files.limits());
    }
    files.checkRoom(length);
    if (!request.content().hasEntity()) {
      throw ApiError.missing(FILE);
    }
    var scanner = new MultipartScanner(new ClientInput(request), boundary);
    return receive(project, scanner);
  }

  private StoredFile receive(String project, MultipartScanner scanner) throws IOException {
    FileUpload upload = null;
    String filename = null;
    Map<String, String> fields = new HashMap<>();
    try {
      for (Part part = scanner.next(); part != null; part = scanner.next()) {
        boolean isFile = part.name().equals(FILE);
        if (isFile ? upload != null : fields.containsKey(part.name())) {
          throw duplicate(part.name());
        }
        if (isFile) {
          filename = part.filename();
          upload = files.begin();
          scanner.copyTo(upload);
        } else {
          fields.put(part.name(), scanner.text(FIELD_BYTES_MAX));
        }
      }
      if (upload == null) {
        throw ApiError.missing(FILE);
      }
      return upload.finish(
          project,
          new FileUpload.Form(
              filename,
              fields.get("purpose"),
              fields.get("expires_after[anchor]"),
              fields.get("expires_after[seconds]")));
    } finally {
      if (upload != null) {
        upload.close();
      }
    }
  }

  private static ApiError duplicate(String name) {
    return new ApiError(
        400, "duplicate_parameter", name, "Duplicate parameter: '%s'.".formatted(name));
  }

  private static String boundary(@Nullable String contentType) {
    HeaderValue type = HeaderValue.parse(contentType == null ? "" : contentType);
    String boundary = type.parameter("boundary");
    if (!type.main().equals("multipart/form-data") || boundary == null) {
      throw new ApiError(
          400,
          null,
          null,
          "Invalid Content-Type header (%s), expected multipart/form-data with a boundary."
              .formatted(contentType == null ? "none" : contentType));
    }
    return boundary;
  }
}
