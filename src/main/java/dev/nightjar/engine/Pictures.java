package dev.nightjar.engine;

import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Picture;
import java.util.concurrent.TimeUnit;

/**
 * The engine as it was last seen: whoever shows something reads it, and asks the engine nothing.
 * Its thread takes a picture after whatever happens, many times a second at most, and where there
 * is much to see so rarely that it costs next to nothing of the thread's time. Any thread may read.
 */
final class Pictures {
  private static final System.Logger LOG = System.getLogger(Pictures.class.getName());
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long PAUSE_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** For one part of the time that a picture takes, so many are left to everything else. */
  private static final int SHARE = 50;

  private final Engine engine;
  private volatile Picture last;

  // Of the engine's thread.

  /** Something has happened since. */
  private boolean isOld;

  private long takenNanos = System.nanoTime();
  private long pauseNanos = PAUSE_NANOS;
  private boolean isFailing;

  /** Before the engine's thread is started. */
  Pictures(Engine engine) {
    this.engine = engine;
    this.last = engine.picture();
  }

  Picture last() {
    return last;
  }

  /** Something has happened. */
  void stepped() {
    isOld = true;
  }

  /** For how long it can wait; the longest time when nothing has happened. */
  long waitMillis() {
    return isOld ? Math.max(0, TimeUnit.NANOSECONDS.toMillis(leftNanos()) + 1) : Long.MAX_VALUE;
  }

  private long leftNanos() {
    return takenNanos + pauseNanos - System.nanoTime();
  }

  /** Takes one if it is time for one. */
  void take() {
    if (isOld && leftNanos() <= 0) {
      long begun = System.nanoTime();
      takeNow();
      takenNanos = System.nanoTime();
      pauseNanos = Math.clamp(SHARE * (takenNanos - begun), PAUSE_NANOS, PAUSE_MAX_NANOS);
      isOld = false;
    }
  }

  /** What cannot be seen is no reason for the engine to end. */
  private void takeNow() {
    try {
      last = engine.picture();
      isFailing = false;
    } catch (RuntimeException | AssertionError e) {
      if (!isFailing) {
        isFailing = true;
        LOG.log(System.Logger.Level.ERROR, "what is shown of the engine is old", e);
      }
    }
  }
}
