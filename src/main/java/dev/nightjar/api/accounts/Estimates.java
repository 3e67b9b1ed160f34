package dev.nightjar.api.accounts;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.Files.Content;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.FileId;
import dev.nightjar.file.JsonLines;
import dev.nightjar.file.JsonLines.Place;
import dev.nightjar.file.LongLines;
import dev.nightjar.store.ContentReader;
import dev.nightjar.validation.Expectations;
import dev.nightjar.validation.Expectations.Expected;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a file is likely to use and to cost, before it runs. Any thread may call it. Files are read
 * on few threads, in slices that take turns: it is work for a processor, which requests share.
 */
public final class Estimates {
  private static final long SLICE_BYTES = 64L << 20;
  private static final int AT_ONCE_MAX = 16;
  private static final int OF_PROJECT_MAX = 4;

  private final ExecutorService threads = threads();
  private final Map<String, Integer> running = new HashMap<>();
  private final LongLines longLines;
  private final Files files;
  private final Terms terms;
  private final Expectations expectations;

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

  public Estimates(Files files, Expectations expectations, LongLines longLines) {
    this.files = files;
    this.longLines = longLines;
    this.terms = expectations.terms();
    this.expectations = expectations;
  }

  /** Half of the processors, and threads only while there is something to read. */
  private static ExecutorService threads() {
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    var threads =
        new ThreadPoolExecutor(
            count,
            count,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(AT_ONCE_MAX),
            Thread.ofPlatform().name("estimate-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Reads the file once; refuses when too many do. */
  public Estimate of(String project, String id) throws IOException {
    Content content = files.content(project, id);
    enter(project);
    Lines lines;
    try (ContentReader reader = files.open(content)) {
      lines = new Lines(reader);
      while (!awaited(threads.submit(lines))) {
        // Its next slice goes behind those of others.
      }
    } finally {
      leave(project);
    }
    return estimate(content, lines);
  }

  private void enter(String project) {
    synchronized (running) {
      int all = running.values().stream().mapToInt(count -> count).sum();
      if (all >= AT_ONCE_MAX || running.getOrDefault(project, 0) >= OF_PROJECT_MAX) {
        throw ApiError.busy("Too many files are being estimated. Try again in a few seconds.");
      }
      running.merge(project, 1, Integer::sum);
    }
  }

  private void leave(String project) {
    synchronized (running) {
      running.computeIfPresent(project, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private static boolean awaited(Future<Boolean> slice) throws IOException {
    try {
      return slice.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a file was estimated", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw e.getCause() instanceof RuntimeException failed
          ? failed
          : new IllegalStateException("a file cannot be estimated", e.getCause());
    }
  }

  /** What is counted; between two slices it holds no line. */
  private final class Lines implements Callable<Boolean> {
    private final ContentReader reader;
    private Place place = Place.BEGINNING;
    private @Nullable String model;
    private long requests;

    Lines(ContentReader reader) {
      this.reader = reader;
    }

    /** Reads a slice; true at the end. */
    @Override
    public Boolean call() throws IOException {
      long begun = place.bytes();
      InputStream in = reader.stream(begun, reader.length() - begun);
      try (var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax(), longLines, place)) {
        while (lines.end() - begun < SLICE_BYTES) {
          if (!lines.next()) {
            return true;
          }
          if (!lines.isBlank()) {
            model = requests == 0 ? model(lines) : model;
            requests++;
          }
        }
        place = lines.place();
        return false;
      }
    }
  }

  private Estimate estimate(Content content, Lines lines) {
    String model = lines.model;
    Expected expected = expectations.expected(model, content.manifest().bytes(), lines.requests);
    Long output = expected.outputTokens();
    Cost cost =
        terms
            .prices()
            .of(model)
            .map(price -> price.cost(expected.inputTokens(), 0, output == null ? 0 : output))
            .orElse(null);
    return new Estimate(
        content.file().id(), model, lines.requests, expected.inputTokens(), output, cost);
  }

  private static @Nullable String model(JsonLines lines) {
    try {
      return lines.isTooLong() ? null : RequestLine.parse(lines.line()).model();
    } catch (MalformedLineException _) {
      return null; // Validation says what is wrong with it.
    }
  }
}
