package dev.nightjar;

import java.util.concurrent.CompletableFuture;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * SIGTERM, SIGINT and SIGHUP: the first asks to stop, the second ends the process at once. Whoever
 * has SIGHUP ignored, as nohup does, is not stopped by it.
 */
final class Signals {
  private static final int SIGNALLED = 128;

  private Signals() {}

  /** Completed with the signal's name. */
  static CompletableFuture<String> firstStop() {
    var stop = new CompletableFuture<String>();
    SignalHandler handler =
        signal -> {
          if (!stop.complete(signal.getName())) {
            Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
          }
        };
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(new Signal(name), handler);
    }
    var hangup = new Signal("HUP");
    if (Signal.handle(hangup, handler).equals(SignalHandler.SIG_IGN)) {
      Signal.handle(hangup, SignalHandler.SIG_IGN);
    }
    return stop;
  }
}
