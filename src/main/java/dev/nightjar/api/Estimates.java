package dev.nightjar.api;

import dev.nightjar.api.Files.Content;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Terms;
import dev.nightjar.engine.Admissions;
import dev.nightjar.engine.Admissions.Expected;
import dev.nightjar.engine.InputLimits;
import dev.nightjar.file.FileId;
import dev.nightjar.file.JsonLines;
import dev.nightjar.store.ContentReader;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What a file is likely to use and to cost, before it runs. Any thread may call it. */
public final class Estimates {
  private final Files files;
  private final Terms terms;
  private final Admissions admissions;
  private final InstantSource clock;

  /**
   * What to expect.
   *
   * @param model the first line's; null if it names none
   * @param requests lines that are not blank
   * @param outputTokens as many a request as this model made lately; null if it made none
   * @param cost of input and, if it is known, output; null without a price
   */
  public record Estimate(
      FileId file,
      @Nullable String model,
      long requests,
      long inputTokens,
      @Nullable Long outputTokens,
      @Nullable Cost cost) {}

  public Estimates(Files files, Admissions admissions, InstantSource clock) {
    this.files = files;
    this.terms = admissions.terms();
    this.admissions = admissions;
    this.clock = clock;
  }

  /** Reads the file once. */
  public Estimate of(String project, String id) throws IOException {
    Content content = files.content(project, id);
    String model = null;
    long requests = 0;
    try (ContentReader reader = files.open(content)) {
      var lines =
          new JsonLines(reader.stream(0, reader.length()), InputLimits.DEFAULTS.lineBytesMax());
      while (lines.next()) {
        if (!lines.isBlank()) {
          model = requests == 0 ? model(lines) : model;
          requests++;
        }
      }
    }
    Expected expected =
        admissions.expected(model, content.manifest().bytes(), requests, clock.instant());
    Long output = expected.outputTokens();
    Cost cost =
        terms
            .prices()
            .of(model)
            .map(price -> price.cost(expected.inputTokens(), 0, output == null ? 0 : output))
            .orElse(null);
    return new Estimate(content.file().id(), model, requests, expected.inputTokens(), output, cost);
  }

  private static @Nullable String model(JsonLines lines) {
    try {
      return lines.isTooLong() ? null : RequestLine.parse(lines.line()).model();
    } catch (MalformedLineException _) {
      return null; // Validation says what is wrong with it.
    }
  }
}
