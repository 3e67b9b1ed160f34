package dev.nightjar.engine;

import dev.nightjar.engine.message.Event;
import dev.nightjar.process.Loop;
import dev.nightjar.store.disk.DiskSpace;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at the disk each second, and says so when its room ends and when there is some again. */
final class DiskWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DiskWatch.class.getName());
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DiskSpace disk;
  private final Consumer<Event> events;
  private final Loop loop = Loop.every(PAUSE, "disk", this::look);
  private boolean isShort;
  private boolean isUnknown;

  DiskWatch(DiskSpace disk, Consumer<Event> events) {
    this.disk = disk;
    this.events = events;
  }

  /** Looks once before it returns. */
  void start() {
    look();
    loop.start();
  }

  private void look() {
    try {
      tell(disk.room().shortage().orElse(null));
      isUnknown = false;
    } catch (IOException | RuntimeException e) {
      if (!isUnknown) {
        isUnknown = true;
        LOG.log(System.Logger.Level.ERROR, "the disk cannot be asked for its free space", e);
      }
    }
  }

  private void tell(@Nullable String shortage) {
    if (shortage != null || isShort) {
      events.accept(new Event.DiskShort(shortage));
    }
    if (shortage != null && !isShort) {
      LOG.log(System.Logger.Level.WARNING, shortage + "; nothing is sent until it has more");
    } else if (shortage == null && isShort) {
      LOG.log(System.Logger.Level.INFO, "the disk has room again");
    }
    isShort = shortage != null;
  }

  @Override
  public void close() {
    loop.close();
  }
}
