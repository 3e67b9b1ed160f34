package dev.nightjar.process;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message of the log is about, for those who let a machine read it: given to the logger
 * beside the sentence, which says the same. Never bodies, keys or addresses.
 *
 * @param event what happened, as {@code batch.ended}: docs/operating.md has them all
 */
public record LogFields(String event, Map<String, Object> values) {
  public LogFields {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public static LogFields of(String event) {
    return new LogFields(event, Map.of());
  }

  /** Nothing is added for null. */
  public LogFields with(String name, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    var more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new LogFields(event, more);
  }
}
