package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.validation.Beginning;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a file must be to be taken, whether it comes as a whole or in parts. */
final class FileRules {
  private static final String PURPOSE = "purpose";
  private static final String BATCH = "batch";
  private static final List<String> PURPOSES =
      List.of("assistants", BATCH, "fine-tune", "vision", "user_data", "evals");
  private static final String NOT_JSONL = "Invalid file format for Batch API. Must be .jsonl";

  /** What Python's client calls raw bytes; the API's file has a name in any case. */
  private static final String NAMELESS = "upload";

  private FileRules() {}

  static String purpose(@Nullable String purpose) {
    if (purpose == null) {
      throw ApiError.missing(PURPOSE);
    }
    if (!PURPOSES.contains(purpose)) {
      String known =
          PURPOSES.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
      throw ApiError.invalidValue(
          PURPOSE, "'%s' is not one of [%s] - 'purpose'".formatted(purpose, known));
    }
    return purpose;
  }

  static String filename(String param, @Nullable String filename) {
    if (filename == null || filename.isEmpty()) {
      return NAMELESS;
    }
    int length = filename.codePointCount(0, filename.length());
    if (length > ApiLimits.FILENAME_CHARACTERS_MAX) {
      throw new ApiError(
          400,
          "string_above_max_length",
          param,
          "Invalid file name: too long. Expected at most %d characters, but got %d instead."
              .formatted(ApiLimits.FILENAME_CHARACTERS_MAX, length));
    }
    return filename;
  }

  /** A batch's input is called {@code .jsonl}, or has no extension. */
  static void checkExtension(String purpose, String filename) {
    int dot = filename.lastIndexOf('.');
    boolean hasExtension = dot > filename.lastIndexOf('/') && dot < filename.length() - 1;
    if (purpose.equals(BATCH)
        && hasExtension
        && !filename.substring(dot).toLowerCase(Locale.ROOT).equals(".jsonl")) {
      throw new ApiError(400, null, null, NOT_JSONL);
    }
  }

  /** A batch's input begins with a line that is a JSON object. */
  static void checkBeginning(String purpose, Beginning beginning) {
    if (purpose.equals(BATCH)) {
      beginning
          .problem()
          .ifPresent(problem -> {
            String place = problem.line() == null ? "" : "Line %d: ".formatted(problem.line());
            throw new ApiError(
                400,
                problem.code(),
                null,
                "%s. %s%s".formatted(NOT_JSONL, place, problem.message()));
          });
    }
  }
}
