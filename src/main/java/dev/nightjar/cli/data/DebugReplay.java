package dev.nightjar.cli.data;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.trace.Replay;
import dev.nightjar.engine.trace.Replay.Outcome;
import dev.nightjar.engine.trace.Trace;
import dev.nightjar.engine.trace.Trace.TraceException;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Printable;
import dev.nightjar.terminal.Shell;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar debug replay}. */
@Command(
    name = "replay",
    description =
        "Steps an engine through a trace of the same version, and prints each step: the event, what"
            + " the engine wants done, and what it holds then.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:each step wants what it wanted then",
      "1:the command is wrong, or the file cannot be replayed",
      "2:a step wants something else, or fails"
    })
final class DebugReplay implements Callable<Integer> {
  private static final int OTHERWISE = 2;
  private static final int TEXT_CHARACTERS_MAX = 400;

  @Parameters(index = "0", paramLabel = "FILE", description = "The trace.")
  Path file = Path.of("");

  @Option(names = "--from", paramLabel = "N", description = "The first step to print (default: 1).")
  int from = 1;

  @Option(names = "--steps", paramLabel = "N", description = "How many to print (default: all).")
  int steps = Integer.MAX_VALUE;

  private final Shell shell;

  DebugReplay(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      var trace = Trace.read(in);
      Outcome outcome = new Replay(trace, new Printed()).run();
      if (!trace.failure().isEmpty()) {
        shell.out().println("It was written at the end of its process, because of");
        shell.out().println(trace.failure());
      }
      return said(outcome);
    } catch (TraceException e) {
      throw CommandException.wrong(file + " cannot be replayed: " + e.getMessage());
    } catch (IOException e) {
      throw LocalFile.cannotRead(file, e);
    }
  }

  private int said(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Same(int all) -> {
        shell.say("%,d steps, each with the effects that it had then".formatted(all));
        yield ExitCode.OK;
      }
      case Outcome.Other(int step, String how) -> {
        shell.say("step %,d is the first that is not as it was: %s".formatted(step, how));
        yield OTHERWISE;
      }
      case Outcome.Failed(int step, Throwable failure, boolean asThen) -> {
        shell.out().println(Trace.text(failure));
        shell.say("step %,d fails%s: %s".formatted(step, asThen ? " as it did then" : "", failure));
        yield OTHERWISE;
      }
    };
  }

  /** The steps that are asked for. */
  private final class Printed implements Replay.Watcher {
    private boolean isAskedFor(int step) {
      return step >= from && (long) step - from < steps;
    }

    @Override
    public void told(int step, long now, Event event) {
      if (isAskedFor(step)) {
        print("%d at %d: %s".formatted(step, now, text(event)));
      }
    }

    @Override
    public void wanted(int step, List<Effect> effects, Engine after) {
      if (isAskedFor(step)) {
        effects.forEach(effect -> print("  wants " + effect));
        print("  holds " + text(after.picture().figures()));
      }
    }

    private void print(String text) {
      String line = Printable.escaped(text);
      shell
          .out()
          .println(
              line.length() <= TEXT_CHARACTERS_MAX
                  ? line
                  : line.substring(0, TEXT_CHARACTERS_MAX) + "…");
    }
  }

  private static String text(Event event) {
    if (event instanceof Event.Claimed(long batch, List<Event.ClaimedChunk> chunks)) {
      List<ChunkId> ids = chunks.stream().map(chunk -> chunk.chunk().id()).toList();
      return "Claimed[batch=%d, chunks=%s]".formatted(batch, ids);
    }
    return event.toString();
  }

  private static String text(EngineFigures figures) {
    String calls =
        figures.upstreams().stream()
            .map(DebugReplay::text)
            .collect(Collectors.joining(", ", "", figures.upstreams().isEmpty() ? "" : ", "));
    return calls
        + "%d lines that wait, %d open chunks, %d bytes to append, %d to seal; %s"
            .formatted(
                figures.linesWaiting(),
                figures.openChunks(),
                figures.unappendedBytes(),
                figures.unsealedBytes(),
                figures.done());
  }

  private static String text(UpstreamFigures upstream) {
    String paused = upstream.reason() == null ? "" : " (%s)".formatted(upstream.reason());
    return "%d of %d calls to %s%s"
        .formatted(upstream.inFlight(), upstream.inFlightMax(), upstream.name(), paused);
  }
}
