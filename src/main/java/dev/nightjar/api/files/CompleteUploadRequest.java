package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.JsonTypes;
import dev.nightjar.file.PartId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The checked body of an upload's completion.
 *
 * @param parts in the order of the file, none twice
 * @param md5 of the file, 32 hexadecimal digits in lower case; null for "not given"
 */
record CompleteUploadRequest(List<PartId> parts, @Nullable String md5) {
  static final String PART_IDS = "part_ids";
  static final String MD5 = "md5";
  private static final Pattern MD5_HEX = Pattern.compile("[0-9a-fA-F]{32}");

  static CompleteUploadRequest of(JsonNode body) {
    return new CompleteUploadRequest(parts(body.get(PART_IDS)), md5(body.get(MD5)));
  }

  private static List<PartId> parts(@Nullable JsonNode value) {
    if (value == null) {
      throw ApiError.missing(PART_IDS);
    }
    if (!value.isArray()) {
      throw ApiError.wrongType(PART_IDS, "an array", JsonTypes.nameOf(value));
    }
    if (value.size() > ApiLimits.PARTS_MAX) {
      throw new ApiError(
          400,
          "array_above_max_length",
          PART_IDS,
          "Invalid 'part_ids': array too long. Expected an array with maximum length %d, but got an array with length %d instead."
              .formatted(ApiLimits.PARTS_MAX, value.size()));
    }
    var parts = new ArrayList<PartId>();
    var seen = new HashSet<PartId>();
    for (JsonNode element : value) {
      String param = "%s[%d]".formatted(PART_IDS, parts.size());
      var part = new PartId(JsonTypes.string(param, element));
      if (!seen.add(part)) {
        throw ApiError.invalidValue(
            param, "Invalid 'part_ids': the part '%s' is named twice.".formatted(part));
      }
      parts.add(part);
    }
    return parts;
  }

  private static @Nullable String md5(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    String md5 = JsonTypes.string(MD5, value);
    if (!MD5_HEX.matcher(md5).matches()) {
      throw ApiError.invalidValue(
          MD5, "Invalid 'md5': expected 32 hexadecimal digits, but got '%s'.".formatted(md5));
    }
    return md5.toLowerCase(Locale.ROOT);
  }
}
