package dev.nightjar;

import java.util.concurrent.CompletableFuture;
import sun.misc.Signal;

/** SIGTERM and SIGINT: the first asks to stop, the second ends the process at once. */
final class Signals {
  private static final int SIGNALLED = 128;

  private Signals() {}

  /** Completed with the signal's name. */
  static CompletableFuture<String> firstStop() {
    var stop = new CompletableFuture<String>();
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (!stop.complete(signal.getName())) {
              Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
            }
          });
    }
    return stop;
  }
}
