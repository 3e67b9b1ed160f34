package dev.nightjar.net;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sees that the next accept finds a free descriptor: at the first that finds none Helidon's
 * listener ends for good. The listener's thread only.
 *
 * @param closed when to give up
 */
record SpareDescriptor(CountDownLatch closed) {
  private static final System.Logger LOG = System.getLogger(SpareDescriptor.class.getName());
  private static final long AGAIN_MILLIS = 20;

  /** Waits until there is one, for as long as it takes; frees one before each further look. */
  void await(Runnable free) {
    boolean isTold = false;
    try {
      while (!isThere()) {
        if (!isTold) {
          isTold = true;
          LOG.log(
              System.Logger.Level.WARNING,
              "no descriptor is free for another connection; raise `ulimit -n`");
        }
        free.run();
        if (closed.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isThere() {
    try {
      SocketChannel.open().close();
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
