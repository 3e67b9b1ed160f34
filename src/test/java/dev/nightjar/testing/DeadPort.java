package dev.nightjar.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port that refuses connections: bound, so that nobody else gets it, and not listened on. */
public final class DeadPort implements AutoCloseable {
  private final Socket socket = new Socket();

  public DeadPort() {
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** As of an upstream. */
  public String url() {
    return "http://127.0.0.1:%d/v1".formatted(port());
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
