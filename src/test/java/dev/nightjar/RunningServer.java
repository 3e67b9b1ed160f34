package dev.nightjar;

import dev.nightjar.config.Settings;
import dev.nightjar.engine.BatchEngine;

/** {@link Server}, which is the wiring's own, for tests in other packages. */
public final class RunningServer implements AutoCloseable {
  private final Server server;

  private RunningServer(Server server) {
    this.server = server;
  }

  public static RunningServer start(Settings settings) {
    return new RunningServer(Server.start(settings));
  }

  public int port() {
    return server.port();
  }

  public BatchEngine engine() {
    return server.engine();
  }

  /** Lets calls in flight end first. */
  public void stop() {
    server.stop();
  }

  @Override
  public void close() {
    server.close();
  }
}
