package dev.nightjar.config;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether calls find the API below the path of an upstream's URL, as far as the path tells. */
public final class BasePath {
  private static final Pattern ENDPOINT =
      Pattern.compile(
          "(.*?)/(chat/completions|completions|embeddings|responses|moderations|models"
              + "|images/generations|images/edits|videos|rerank)/*");

  /** As in {@code /v1}, {@code /api/v4} or {@code /v1beta/openai}. */
  private static final Pattern VERSION = Pattern.compile("/v\\d\\w*(/|$)");

  private BasePath() {}

  /** Refuses what cannot be meant; {@code url} is one of http. */
  public static void check(URI url) {
    Matcher endpoint = ENDPOINT.matcher(url.toString());
    if (endpoint.matches()) {
      throw new SettingsException(
          "upstream '%s' is a whole endpoint; the URL of an upstream ends before that: %s"
              .formatted(MaskedUrl.of(url.toString()), MaskedUrl.of(endpoint.group(1))));
    }
  }

  /** What to tell the operator; empty if the path has a version, or there is none. */
  public static Optional<String> warning(URI url) {
    String path = url.getPath().replaceFirst("/+$", "");
    return path.isEmpty() || VERSION.matcher(path).find()
        ? Optional.empty()
        : Optional.of(
            "upstream '%s' has no version, such as /v1, in its path: calls go to %s/v1/…"
                .formatted(MaskedUrl.of(url.toString()), path));
  }
}
