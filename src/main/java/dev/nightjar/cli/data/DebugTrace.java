package dev.nightjar.cli.data;

import dev.nightjar.engine.trace.TraceFiles;
import dev.nightjar.store.disk.OwnerOnly;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nightjar debug trace}. */
@Command(
    name = "trace",
    description =
        "Has the server that uses a data directory write a trace there, and prints where: the state"
            + " of its engine and up to 50,000 events since. It holds names of models and upstreams,"
            + " numbers, sizes and reasons; no prompt, no answer and no key.",
    mixinStandardHelpOptions = true)
final class DebugTrace implements Callable<Integer> {
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = 50_000_000L;

  @Mixin DataOption data = new DataOption();

  private final Shell shell;

  DebugTrace(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Path directory = data.path(shell.environment());
    DataDirectory.look(directory); // So that it is said what is wrong with it.
    try {
      shell.out().println(written(new TraceFiles(directory)));
      return ExitCode.OK;
    } catch (IOException e) {
      throw CommandException.wrong("no trace can be asked for in %s: %s".formatted(directory, e));
    }
  }

  private static Path written(TraceFiles files) throws IOException {
    List<Path> before = files.all();
    OwnerOnly.createIfAbsent(files.request());
    long limit = System.nanoTime() + WAIT_MAX.toNanos();
    while (Files.exists(files.request())) {
      if (System.nanoTime() > limit) {
        Files.deleteIfExists(files.request());
        throw CommandException.wrong(
            "no server took the request within %d seconds: does one use %s?"
                .formatted(WAIT_MAX.toSeconds(), files.directory()));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    var written = new ArrayList<>(files.all());
    written.removeAll(before);
    if (written.isEmpty()) {
      throw CommandException.wrong("the server has written no trace; its log says why");
    }
    return written.getLast();
  }
}
