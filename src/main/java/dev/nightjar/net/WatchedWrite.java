package dev.nightjar.net;

import java.util.concurrent.locks.LockSupport;

/** A write that another thread can end. Any thread may look. */
final class WatchedWrite {
  private final Thread writer;
  private final int parts;
  private final long since;
  private boolean isEnded;
  private boolean isBroken;

  WatchedWrite(Thread writer, int parts, long since) {
    this.writer = writer;
    this.parts = parts;
    this.since = since;
  }

  /** Each of which may take the time that a write may. */
  int parts() {
    return parts;
  }

  long since() {
    return since;
  }

  /**
   * Has the writer try again. A socket's buffer takes what has room, but is called writable only
   * when a third of it is free: with a slow reader that may be minutes later.
   */
  void nudge() {
    LockSupport.unpark(writer);
  }

  /** A writer of HTTP/2 waits for its window, which a closed connection would never open. */
  synchronized void breakOff() {
    isBroken = true;
    if (!isEnded) {
      writer.interrupt();
    }
  }

  synchronized void end() {
    isEnded = true;
    if (isBroken) {
      Thread.interrupted(); // It was meant for this write only.
    }
  }
}
