package dev.nightjar.store.local;

import dev.nightjar.store.disk.OpenedFile;
import dev.nightjar.store.disk.OpenedFile.LostFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("watch").daemon().unstarted(this::run);

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
    thread.start();
  }

  private void run() {
    try {
      while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (LostFileException | RuntimeException | Error e) {
      lost.accept(e);
    }
  }

  private void look() throws LostFileException {
    for (OpenedFile file : files) {
      if (file.isLost()) {
        throw new LostFileException(file.path());
      }
    }
    more.run();
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
