package dev.nightjar.config;

import dev.nightjar.file.DefaultLife;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The section {@code retention} of the settings file: how long files of a purpose live. */
final class RetentionFile {
  private static final String FOREVER = "forever";
  private static final List<String> PURPOSES =
      List.of("assistants", "batch", "batch_output", "fine-tune", "vision", "user_data", "evals");
  private static final Duration MIN = Duration.ofHours(1);

  private RetentionFile() {}

  static DefaultLife life(@Nullable Map<String, @Nullable String> section) {
    if (section == null) {
      return DefaultLife.OPENAI;
    }
    var byPurpose = new HashMap<>(DefaultLife.OPENAI.byPurpose());
    section.forEach((purpose, text) -> {
      String name = "retention." + purpose;
      if (!PURPOSES.contains(purpose)) {
        throw new SettingsException(
            "%s is unknown; purposes are: %s".formatted(name, String.join(", ", PURPOSES)));
      }
      if (FOREVER.equals(text)) {
        byPurpose.remove(purpose);
      } else {
        byPurpose.put(purpose, duration(name, text == null ? "" : text));
      }
    });
    return new DefaultLife(byPurpose);
  }

  private static Duration duration(String name, String text) {
    Duration life;
    try {
      life = DurationText.parse(name, text);
    } catch (SettingsException _) {
      throw new SettingsException(
          "%s is '%s'; write a duration such as 12h or 90d, or %s".formatted(name, text, FOREVER));
    }
    if (life.compareTo(MIN) < 0) {
      throw new SettingsException("%s is '%s'; it must be 1h or more".formatted(name, text));
    }
    return life;
  }
}
