package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks a file on this machine by the rules by which a server would validate it, and counts what
 * is in it.
 */
public final class InputCheck {
  /** As long as nothing is known of a model: the rule of thumb for English. */
  private static final int BYTES_PER_TOKEN = 4;

  private static final int MODELS_MAX = 1_000;

  private final Path path;
  private final Map<String, Long> models = new TreeMap<>();
  private long requests;
  private long bodyBytes;

  private InputCheck(Path path) {
    this.path = path;
  }

  /**
   * What a file is.
   *
   * @param errors as a server would list them; empty if it would take the file
   * @param requests lines that could be read as requests
   * @param models how many lines name each, "" for none; of the first 1,000 models
   * @param tokens an estimate of what the bodies have
   */
  public record Report(
      List<BatchError> errors, long requests, long bytes, Map<String, Long> models, long tokens) {
    public Report {
      errors = List.copyOf(errors);
      models = Map.copyOf(models);
    }
  }

  /** Of a batch for {@code endpoint}; {@code seed} is for hashes. */
  public static Report of(Path path, String endpoint, InputLimits limits, long seed)
      throws IOException {
    return new InputCheck(path).run(endpoint, limits, seed);
  }

  private Report run(String endpoint, InputLimits limits, long seed) throws IOException {
    var validator =
        new Validator(
            this::open,
            new LineRules(endpoint),
            limits,
            new CustomIds(seed),
            () -> false,
            Validator.Host.ALONE,
            this::count);
    List<BatchError> errors =
        switch (validator.run(0)) {
          case Validator.Outcome.Invalid(List<BatchError> found) -> found;
          case Validator.Outcome.Valid _, Validator.Outcome.Cancelled _ -> List.of();
        };
    return new Report(errors, requests, Files.size(path), models, bodyBytes / BYTES_PER_TOKEN);
  }

  private InputStream open(long offset) throws IOException {
    InputStream in = Files.newInputStream(path);
    in.skipNBytes(offset);
    return in;
  }

  private void count(RequestLine line) {
    requests++;
    bodyBytes += Math.max(0, line.bodyLength());
    String model = line.model() == null ? "" : line.model();
    if (models.size() < MODELS_MAX || models.containsKey(model)) {
      models.merge(model, 1L, Long::sum);
    }
  }
}
