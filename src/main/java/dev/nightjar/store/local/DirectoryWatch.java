package dev.nightjar.store.local;

import dev.nightjar.process.Loop;
import dev.nightjar.store.disk.OpenedFile;
import dev.nightjar.store.disk.OpenedFile.LostFileException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks each second whether what this process has open is still what the next start would find. If
 * not, the process cannot go on: it would call durable what is not.
 */
public final class DirectoryWatch implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final List<OpenedFile> files;
  private final Check more;
  private final Consumer<Throwable> lost;
  private final Loop loop = Loop.every(PAUSE, "watch", this::look);

  /** Something else to look at. */
  public interface Check {
    void run() throws LostFileException;
  }

  public DirectoryWatch(List<OpenedFile> files, Check more, Consumer<Throwable> lost) {
    this.files = List.copyOf(files);
    this.more = more;
    this.lost = lost;
  }

  public void start() {
    loop.start();
  }

  /** What cannot be looked at may be lost as well. */
  private void look() {
    try {
      check();
    } catch (LostFileException | RuntimeException | Error e) {
      loop.close();
      lost.accept(e);
    }
  }

  private void check() throws LostFileException {
    for (OpenedFile file : files) {
      if (file.isLost()) {
        throw new LostFileException(file.path());
      }
    }
    more.run();
  }

  @Override
  public void close() {
    loop.close();
  }
}
