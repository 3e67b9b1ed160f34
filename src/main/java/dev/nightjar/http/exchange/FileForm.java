package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ExpiresAfter;
import dev.nightjar.http.exchange.MultipartScanner.Part;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A form with one file: the file's bytes go where they belong as they come, whatever fields stand
 * before or after them. Fields that we do not know are passed over: clients send what other servers
 * understand.
 *
 * @param filename of the file; null if it has none
 * @param fields those of the others that we know, by name
 */
public record FileForm(@Nullable String filename, Map<String, String> fields) {
  private static final int FIELD_BYTES_MAX = 64 * 1024;

  /** More than the form's other fields and its boundaries can need. */
  private static final long FORM_BYTES_MAX = 4L << 20;

  /** Whether the request says itself that its file is longer than {@code bytesMax}. */
  public static boolean isTooLarge(ServerRequest request, long bytesMax) {
    return request.headers().contentLength().orElse(0) - FORM_BYTES_MAX > bytesMax;
  }

  /**
   * Where the file goes.
   *
   * @param begin called before its first byte
   */
  public record Sink(OutputStream out, Runnable begin) {}

  public static FileForm read(ServerRequest request, String fileField, Sink sink)
      throws IOException {
    String boundary = boundary(request.headers().first(HeaderNames.CONTENT_TYPE).orElse(null));
    if (!request.content().hasEntity()) {
      throw ApiError.missing(fileField);
    }
    return read(new MultipartScanner(new ClientInput(request), boundary), fileField, sink);
  }

  private static FileForm read(MultipartScanner scanner, String fileField, Sink sink)
      throws IOException {
    Part file = null;
    Map<String, String> fields = new HashMap<>();
    for (Part part = scanner.next(); part != null; part = scanner.next()) {
      boolean isFile = part.name().equals(fileField);
      if (isFile ? file != null : fields.containsKey(part.name())) {
        throw duplicate(part.name());
      }
      if (isFile) {
        file = part;
        sink.begin().run();
        scanner.copyTo(sink.out());
      } else if (isKnown(part.name())) {
        fields.put(part.name(), scanner.text(FIELD_BYTES_MAX));
      } else {
        scanner.skip(FORM_BYTES_MAX);
      }
    }
    if (file == null) {
      throw ApiError.missing(fileField);
    }
    return new FileForm(file.filename(), fields);
  }

  private static boolean isKnown(String name) {
    return name.equals("purpose") || ExpiresAfter.isMeantBy(name);
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
