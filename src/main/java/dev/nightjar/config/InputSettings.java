package dev.nightjar.config;

import dev.nightjar.batch.EndpointPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What input files may have.
 *
 * @param endpoints POST paths that batches may have beyond OpenAI's
 */
public record InputSettings(InputRules rules, boolean mixedModels, List<String> endpoints) {
  public static final InputSettings DEFAULT =
      new InputSettings(InputRules.NIGHTJAR, false, List.of());

  public InputSettings {
    endpoints = List.copyOf(endpoints);
  }

  /** Our own limits, for millions of lines, or those of OpenAI's service. */
  public enum InputRules {
    NIGHTJAR,
    OPENAI
  }

  public static InputSettings of(SettingsFile file) {
    return new InputSettings(
        rules(file.limits()),
        Boolean.TRUE.equals(file.mixedModels()),
        file.endpoints() == null ? List.of() : paths(file.endpoints()));
  }

  private static List<String> paths(List<String> endpoints) {
    for (String endpoint : endpoints) {
      if (!EndpointPath.is(endpoint)) {
        throw new SettingsException(
            "endpoints has '%s'; an endpoint is a path, such as %s"
                .formatted(endpoint, EndpointPath.EXAMPLE));
      }
    }
    return endpoints;
  }

  private static InputRules rules(@Nullable String text) {
    return switch (text) {
      case null -> InputRules.NIGHTJAR;
      case "nightjar" -> InputRules.NIGHTJAR;
      case "openai" -> InputRules.OPENAI;
      default ->
          throw new SettingsException("limits is '%s'; it is nightjar or openai".formatted(text));
    };
  }
}
