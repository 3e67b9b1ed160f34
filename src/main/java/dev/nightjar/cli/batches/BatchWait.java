package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.ProgressDisplay;
import dev.nightjar.terminal.ProgressLine;
import dev.nightjar.terminal.Shell;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a batch, and never harms it: Ctrl-C and the limit of time only end the
 * waiting. A server that does not answer, as during its restart, is asked until it does.
 */
final class BatchWait {
  /** Without a limit of its own, waiting ends when the server has been away for so long. */
  private static final Duration AWAY_MAX = Duration.ofHours(1);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

  private final Shell shell;
  private final ApiClient client;
  private final String id;
  private final CompletableFuture<String> stop;
  private final @Nullable ProgressDisplay display;
  private final @Nullable Duration timeout;
  private final long begun = System.nanoTime();
  private @Nullable ProgressLine line;
  private long lineBegun;
  private long awaySince;
  private boolean isAway;

  /** {@code timeout} null: for ever. */
  BatchWait(Shell shell, ApiClient client, String id, boolean isQuiet, @Nullable Duration timeout) {
    this.shell = shell;
    this.client = client;
    this.id = id;
    this.stop = shell.stop().get();
    this.display = isQuiet ? null : new ProgressDisplay(shell.err(), shell.errIsTerminal());
    this.timeout = timeout;
  }

  /** The batch when it has ended, with what there is to say of that said. */
  BatchCard run() {
    String path = ApiClient.path("/batches", id);
    boolean isKnown = false;
    Duration pause = FIRST_PAUSE;
    try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        while (true) {
          var asked = CompletableFuture.supplyAsync(() -> client.get(path), asking);
          Optional<BatchCard> batch = answer(asked.thenApply(BatchCard::new), isKnown);
          isKnown |= batch.isPresent();
          if (batch.isPresent() && batch.get().hasEnded()) {
            explain(batch.get());
            return batch.get();
          }
          batch.ifPresent(this::show);
          sleep(pause);
          pause = min(PAUSE_MAX, pause.multipliedBy(3).dividedBy(2));
        }
      } finally {
        endLine();
        asking.shutdownNow();
      }
    }
  }

  /** Empty when the server did not answer and may do so later. */
  private Optional<BatchCard> answer(CompletableFuture<BatchCard> asked, boolean isKnown) {
    try {
      var _ = CompletableFuture.anyOf(asked, stop).get(left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommandException failure) {
        awaitReturn(failure, isKnown);
        return Optional.empty();
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException _) {
      throw timedOut();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
    }
    checkStop();
    if (isAway) {
      isAway = false;
      shell.say("the server answers again");
    }
    return Optional.of(asked.join());
  }

  /** What was wrong at the first question is wrong with the command, not with the server. */
  private void awaitReturn(CommandException failure, boolean isKnown) {
    if (!failure.isPassing() || !isKnown) {
      throw failure;
    }
    if (!isAway) {
      isAway = true;
      awaySince = System.nanoTime();
      endLine();
      shell.say(failure.sentence() + "; asking until it answers");
    } else if (timeout == null && since(awaySince).compareTo(AWAY_MAX) > 0) {
      throw failure;
    }
  }

  private void sleep(Duration pause) {
    try {
      var _ = stop.get(min(pause, left()).toNanos(), TimeUnit.NANOSECONDS);
      checkStop();
    } catch (TimeoutException _) {
      if (left().isZero()) {
        throw timedOut();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
    }
  }

  private void checkStop() {
    if (stop.isDone()) {
      endLine();
      throw new CommandException(
          ExitCode.INTERRUPTED,
          "detached; %s goes on. Watch it: nightjar batches watch %s. Cancel it: nightjar batches"
                  .formatted(id, id)
              + " cancel "
              + id);
    }
  }

  private CommandException timedOut() {
    return new CommandException(
        ExitCode.TIMEOUT,
        "%s has not ended within %s; it goes on. Watch it: nightjar batches watch %s"
            .formatted(id, Human.duration(timeout == null ? Duration.ZERO : timeout), id));
  }

  private Duration left() {
    if (timeout == null) {
      return Duration.ofDays(1_000);
    }
    Duration left = timeout.minus(since(begun));
    return left.isNegative() ? Duration.ZERO : left;
  }

  private void show(BatchCard batch) {
    if (display == null) {
      return;
    }
    if (line == null) {
      line = new ProgressLine(batch.counts(), batch.usage());
      lineBegun = System.nanoTime();
      if (!shell.errIsTerminal()) {
        shell.say("%s is %s".formatted(id, batch.status()));
      }
    }
    String reason = batch.reason();
    String progress = line.render(batch.counts(), batch.usage(), since(lineBegun), reason);
    display.show(
        switch (batch.status()) {
          case "in_progress" -> progress;
          case "validating" -> "validating" + (reason == null ? "" : ", waiting: " + reason);
          default -> batch.status() + ": " + progress;
        });
  }

  private void explain(BatchCard batch) {
    if (display != null) {
      display.clear();
      shell.say(batch.ending());
    }
    batch.problems().forEach(shell::say);
  }

  private void endLine() {
    if (display != null) {
      display.end();
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
