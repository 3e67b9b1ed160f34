package dev.nightjar.sim;

import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/** A simulated server as a process: says where it is, and runs until it is told to stop. */
public final class SimProcess {
  private SimProcess() {}

  /**
   * Runs; returns the exit code.
   *
   * @param err where the one line goes that says it is ready
   * @param stop completed to end it
   * @throws dev.nightjar.config.SettingsException if its address cannot be had
   */
  public static int run(SimOptions options, PrintStream err, CompletableFuture<?> stop) {
    try (SimServer server = SimServer.start(options)) {
      err.printf(
          "nightjar sim: a simulated OpenAI-compatible server on http://%s:%d/v1"
              + " (seed %d, latency %s, errors %s). Its answers are made up.%n",
          urlHost(options.host()),
          server.port(),
          options.seed(),
          options.latency(),
          options.errors());
      err.flush();
      stop.join();
    }
    return 0;
  }

  private static String urlHost(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }
}
