package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.JsonLines;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a second pass over an input looks for: equal hashes of custom_ids are settled by reading
 * those ids once more, so that a collision harms no honest batch.
 */
final class DuplicateIds {
  private final CustomIds customIds;
  private final CustomIds.Repeated suspected;

  /** By suspected custom_id, the line that had it first. */
  private final Map<String, Long> firstLines = new HashMap<>();

  private boolean isAnyFound;

  /** {@code max} of the suspected hashes are looked for; the others are only counted. */
  DuplicateIds(CustomIds customIds, int max) {
    this.customIds = customIds;
    this.suspected = customIds.repeated(max);
  }

  boolean areSuspected() {
    return !suspected.hashes().isEmpty();
  }

  void find(JsonLines lines, Consumer<BatchError> found) {
    String customId = customId(lines);
    if (customId != null && suspected.hashes().contains(customIds.hash(customId))) {
      Long first = firstLines.putIfAbsent(customId, lines.number());
      if (first != null) {
        isAnyFound = true;
        found.accept(duplicate(customId, first, lines.number()));
      }
    }
  }

  /** How many more there are; none if those that were looked for are no duplicates. */
  long others() {
    return isAnyFound ? suspected.others() : 0;
  }

  private static @Nullable String customId(JsonLines lines) {
    if (lines.isTooLong()) {
      return null;
    }
    try {
      String customId = RequestLine.parse(lines.line()).customId();
      return customId == null || customId.isEmpty() ? null : customId;
    } catch (MalformedLineException _) {
      return null; // It was reported in the first pass.
    }
  }

  private static BatchError duplicate(String customId, long first, long number) {
    return new BatchError(
        "duplicate_custom_id",
        "The custom_id '%s' for this request is a duplicate of another request. The"
                .formatted(BatchError.excerpt(customId))
            + " custom_id parameter must be unique for each request in a batch."
            + " It was used first on line %d.".formatted(first),
        "custom_id",
        number);
  }
}
