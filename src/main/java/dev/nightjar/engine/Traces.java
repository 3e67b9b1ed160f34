package dev.nightjar.engine;

import dev.nightjar.engine.trace.Recorder;
import dev.nightjar.engine.trace.Trace;
import dev.nightjar.engine.trace.TraceFiles;
import dev.nightjar.process.Loop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the engine was told to files: when somebody asks for it, and when the process cannot
 * go on, which for a moment waits for it. Nothing else does. Any thread.
 */
final class Traces implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Traces.class.getName());
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration AT_END_MAX = Duration.ofSeconds(2);

  private final Recorder recorder;
  private final InstantSource clock;
  private final Consumer<Throwable> fatal;
  private final Loop loop = Loop.every(PAUSE, "trace", this::look);

  /** Set before any other thread is started; null: there are none. */
  private @Nullable Goal goal;

  private record Goal(TraceFiles files, EngineThread thread) {}

  /** {@code fatal} ends the process. */
  Traces(Recorder recorder, InstantSource clock, Consumer<Throwable> fatal) {
    this.recorder = recorder;
    this.clock = clock;
    this.fatal = fatal;
  }

  /** Before the engine's thread is started. */
  void begin(TraceFiles files, EngineThread thread) {
    goal = new Goal(files, thread);
    recorder.start();
  }

  void start() {
    if (goal != null) {
      loop.start();
    }
  }

  private void look() {
    Goal to = goal;
    if (to == null || !Files.exists(to.files.request())) {
      return;
    }
    write(to, () -> asked(to, null));
    try {
      Files.deleteIfExists(to.files.request());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the request for a trace cannot be deleted: " + e.getMessage());
    }
  }

  private Optional<Trace> asked(Goal to, @Nullable Throwable failure) {
    return to.thread.ask(() -> recorder.trace(failure)).orElse(Optional.empty());
  }

  private void write(Goal to, Supplier<Optional<Trace>> recorded) {
    try {
      Optional<Trace> trace = recorded.get();
      if (trace.isPresent()) {
        LOG.log(Level.INFO, "trace written: " + to.files.write(trace.get(), clock.instant()));
      } else {
        LOG.log(Level.WARNING, "there is no trace: the engine's steps are not recorded");
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "the trace cannot be written", e);
    }
  }

  /** Ends the process. On the engine's thread, so that nobody else uses what it recorded. */
  void engineFailed(Throwable cause) {
    end(cause, _ -> recorder.trace(cause));
  }

  /** Ends the process. */
  void committerFailed(Throwable cause) {
    end(cause, to -> asked(to, cause));
  }

  private interface Source {
    Optional<Trace> recorded(Goal to);
  }

  /** It ends though the disk hangs, and though there is no memory for a thread or a trace. */
  private void end(Throwable cause, Source source) {
    try {
      Goal to = goal;
      if (to != null) {
        Thread.ofPlatform()
            .name("trace-at-end")
            .daemon()
            .start(() -> write(to, () -> source.recorded(to)))
            .join(AT_END_MAX);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      fatal.accept(cause);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
