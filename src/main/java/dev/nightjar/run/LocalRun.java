package dev.nightjar.run;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.EndpointPath;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.config.CallSettings;
import dev.nightjar.config.KeyExposure;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.config.SettingsException;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.file.JsonLines;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.run.RunFiles.Finished;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Printable;
import dev.nightjar.terminal.ProgressDisplay;
import dev.nightjar.terminal.ProgressLine;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.Upstream.Probe;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs one file without a server: the same engine on a state directory beside the output, {@code
 * OUT.nightjar}. If the process dies at any point, the same command goes on from there; the output
 * appears at the end, by rename, and the state directory goes after that.
 */
public final class LocalRun {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
  private static final int ERRORS_SHOWN = 20;
  private static final int UNAUTHORIZED = 401;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LOOK_MILLIS = 50;

  private final RunRequest request;
  private final PrintStream err;
  private final CompletableFuture<String> stop;
  private final RunNode.Opener opener;
  private final RunFiles files;
  private Patience.@Nullable End givenUp;

  /** {@code stop} is completed when the user wants to stop. */
  public LocalRun(
      RunRequest request, PrintStream err, CompletableFuture<String> stop, RunNode.Opener opener) {
    this.request = request;
    this.err = err;
    this.stop = stop;
    this.opener = opener;
    this.files = new RunFiles(request);
  }

  /** Gives the exit code. */
  public int run() throws IOException {
    checkPaths();
    boolean hasState = Files.isDirectory(files.state());
    try {
      if (files.input.isStream() && !unlessStopped(files.input::spool)) {
        return ExitCode.INTERRUPTED;
      }
      if (!files.input.isThere() && !hasState) {
        throw new SettingsException("input not found: " + request.input());
      }
      if (!files.hasStream() && Files.exists(request.output())) {
        return alreadyDone(hasState);
      }
      return begin();
    } finally {
      files.input.deleteSpool();
    }
  }

  private int begin() throws IOException {
    int code;
    try (RunNode node = open()) {
      code = runOrEnd(node);
    }
    if (code == ExitCode.OK || code == ExitCode.SOME_FAILED || code == ExitCode.WRONG) {
      files.deleteState();
    }
    return code;
  }

  private void checkPaths() {
    for (Path path : List.of(request.input(), request.output(), request.errors())) {
      if (Files.isDirectory(path)) {
        throw new SettingsException(path + " is a directory");
      }
    }
    Path written = files.hasStream() ? request.errors() : request.output();
    Path folder = written.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new SettingsException("the folder of the output does not exist: " + folder);
    }
    Path only = request.only();
    if (only != null) {
      LocalFile.checkReadable(only);
    }
    Path errors = request.errors().toAbsolutePath();
    if (errors.equals(request.input().toAbsolutePath())
        || (only != null && errors.equals(only.toAbsolutePath()))) {
      throw new SettingsException(
          "lines that fail would replace %s; name another with -e".formatted(request.errors()));
    }
  }

  /** The rename was the last step: what may be left is the state directory. */
  private int alreadyDone(boolean hasState) throws IOException {
    Finished finished = files.finished().orElse(null);
    if (finished == null
        || (files.input.isThere() && !finished.sha256().equals(files.input.sha256OfLines()))) {
      throw new SettingsException(
          "%s exists, and is not known to be of %s as it is now; move it away, or name another"
                  .formatted(request.output(), request.input())
              + " with -o");
    }
    if (hasState) {
      files.deleteState();
    }
    if (finished.failed() > 0) {
      return tellFailed(finished.failed(), finished.lines());
    }
    err.println("nightjar: " + request.output() + " is complete already; nothing to do");
    return ExitCode.OK;
  }

  private interface Work {
    void run() throws IOException;
  }

  /** False if the user wants to stop before: whoever is at the other end of a pipe may not come. */
  private boolean unlessStopped(Work work) throws IOException {
    var done = new CompletableFuture<@Nullable Void>();
    Thread.ofPlatform()
        .daemon()
        .name("stream")
        .start(() -> {
          try {
            work.run();
            done.complete(null);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    try {
      var _ = CompletableFuture.anyOf(stop, done).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return done.isDone();
  }

  private RunNode open() {
    var limits =
        new BatchEngine.Limits(
            EngineLimits.defaults().withRequestTimeout(request.requestTimeout()),
            InputLimits.DEFAULTS.mixed());
    return opener.open(files.state(), request.upstreams(), limits);
  }

  /** Without memory even closing the node may not end. */
  private int runOrEnd(RunNode node) throws IOException {
    try {
      return run(node);
    } catch (Error e) {
      ProcessEnd.ifBroken(e);
      throw e;
    }
  }

  private int run(RunNode node) throws IOException {
    Optional<Batch> earlier =
        node.stores().batches().batches(new BatchQuery(RunFiles.PROJECT, null, 1)).stream()
            .findFirst();
    if (earlier.isPresent()) {
      files.checkUnchanged(earlier.get());
    }
    if (earlier.isEmpty() || !earlier.get().status().isTerminal()) {
      int unusable = checkUpstreams(node.upstreams());
      if (unusable != ExitCode.OK) {
        return unusable;
      }
    }
    Batch batch = earlier.isPresent() ? earlier.get() : files.submit(node, endpoint());
    node.engine().start();
    if (earlier.isPresent()) {
      err.println("nightjar: going on with an earlier run");
    }
    Optional<Batch> ended = watch(node, batch);
    if (ended.isPresent()) {
      return finish(node, ended.get());
    }
    if (givenUp == null) {
      return stopped(node, ExitCode.INTERRUPTED);
    }
    say(givenUp.sentence());
    return stopped(node, givenUp.exitCode());
  }

  private void say(String sentence) {
    err.println("nightjar: " + Printable.escaped(sentence));
  }

  /**
   * Nobody should wait with a key that is wrong. A server that is not there may come yet, and one
   * that answers may do so without a list of its models: what becomes of the first lines tells.
   */
  private int checkUpstreams(List<Upstream> upstreams) {
    request.upstreams().forEach(upstream -> KeyExposure.warning(upstream).ifPresent(this::say));
    var keys = 0;
    for (int i = 0; i < upstreams.size(); i++) {
      if (upstreams.get(i).probe(PROBE_TIMEOUT) instanceof Probe.Dead(String reason, int status)) {
        say("%s (%s)".formatted(reason, MaskedUrl.of(request.upstreams().get(i).url())));
        keys += status == UNAUTHORIZED ? 1 : 0;
      }
    }
    boolean isHopeless = keys == upstreams.size() && request.waitForUpstream() == null;
    return isHopeless ? ExitCode.KEY_REFUSED : ExitCode.OK;
  }

  /** The url of the first line, by which those that have none are judged. */
  private String endpoint() throws IOException {
    try (InputStream in = files.input.open()) {
      var lines = new JsonLines(in, InputLimits.DEFAULTS.lineBytesMax());
      while (lines.next()) {
        if (!lines.isBlank()) {
          RequestLine line = RequestLine.parse(lines.line());
          checkModel(line);
          String url = line.url();
          return url != null && EndpointPath.is(url) ? url : EndpointPath.EXAMPLE;
        }
      }
    } catch (MalformedLineException _) {
      // Validation says so, with its line.
    }
    return EndpointPath.EXAMPLE;
  }

  private void checkModel(RequestLine line) {
    if (request.model() != null && line.model() != null && !request.model().equals(line.model())) {
      throw new SettingsException(
          "--model is '%s', and %s asks for '%s'"
              .formatted(request.model(), request.input(), line.model()));
    }
  }

  /** Shows progress until the batch has ended; empty if the user wants to stop, or gave up. */
  private Optional<Batch> watch(RunNode node, Batch batch) {
    var display = new ProgressDisplay(err);
    ProgressLine line = null;
    long begun = System.nanoTime();
    var patience = new Patience(request.waitForUpstream(), begun / NANOS_PER_MILLI);
    while (true) {
      Picture picture = node.engine().picture();
      Batch row = node.stores().batches().batch(batch.sequence()).orElseThrow();
      if (row.status().isTerminal()) {
        if (line != null && row.status() != BatchStatus.FAILED) {
          display.last(line.render(row.counts(), row.usage(), since(begun), null));
        }
        return Optional.of(row);
      }
      Live now = picture.of(row);
      if (row.status() != BatchStatus.VALIDATING || now.reason() != null) {
        if (line == null) {
          line = new ProgressLine(now.counts(), now.usage());
          begun = System.nanoTime();
        }
        display.show(line.render(now.counts(), now.usage(), since(begun), now.reason()));
      }
      for (String news : patience.news(picture.figures(), System.nanoTime() / NANOS_PER_MILLI)) {
        display.clear();
        say(news);
      }
      givenUp = patience.look(picture.figures(), System.nanoTime() / NANOS_PER_MILLI).orElse(null);
      if (stop.isDone() || givenUp != null) {
        display.end();
        return Optional.empty();
      }
      pause();
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private void pause() {
    try {
      var _ = stop.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      // Then it is time to look again.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      stop.complete("interrupt");
    }
  }

  private int stopped(RunNode node, int exitCode) {
    err.println("nightjar: finishing the calls in flight (once more to stop at once)");
    node.engine().drain(CallSettings.DEFAULT.drain());
    err.println("nightjar: stopped; the same command goes on from here");
    return exitCode;
  }

  private int finish(RunNode node, Batch batch) throws IOException {
    if (batch.status() != BatchStatus.COMPLETED) {
      showErrors(node, batch);
      return ExitCode.WRONG;
    }
    Work export = () -> files.export(node.stores().files(), node.objects(), batch);
    if (!files.hasStream()) {
      export.run();
    } else if (!writeOut(export)) {
      return ExitCode.INTERRUPTED;
    }
    return batch.counts().failed() == 0
        ? ExitCode.OK
        : tellFailed(batch.counts().failed(), batch.counts().total());
  }

  private boolean writeOut(Work export) throws IOException {
    try {
      return unlessStopped(export);
    } catch (IOException e) {
      if ("Broken pipe".equals(e.getMessage())) {
        throw CommandException.silent();
      }
      throw e;
    }
  }

  /** What they failed with, and how to run them again. */
  private int tellFailed(long failed, long total) throws IOException {
    Path errors = request.errors();
    err.println("nightjar: %d of %d lines failed; they are in %s".formatted(failed, total, errors));
    if (Files.isRegularFile(errors)) {
      FailedLines.told(errors).forEach(kind -> err.println("nightjar:   " + kind));
      err.println(
          "nightjar: to run them again: the same command with --only %s and another -o"
              .formatted(errors));
    }
    return ExitCode.SOME_FAILED;
  }

  private void showErrors(RunNode node, Batch batch) {
    List<BatchError> errors = node.stores().batches().errors(batch.sequence());
    for (BatchError error : errors.subList(0, Math.min(ERRORS_SHOWN, errors.size()))) {
      String place =
          error.line() == null ? "" + request.input() : request.input() + " line " + error.line();
      err.println("nightjar: %s: %s".formatted(place, Printable.escaped(error.message())));
    }
    if (errors.size() > ERRORS_SHOWN) {
      err.println("nightjar: and %d more problems".formatted(errors.size() - ERRORS_SHOWN));
    }
    if (errors.isEmpty()) {
      err.println("nightjar: the run ended as " + batch.status().apiName());
    }
  }
}
