package dev.nightjar.net;

import dev.nightjar.process.ProcessEnd;
import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Helidon's own options, by which someone learns of each accepted connection. */
record AcceptOptions(SocketOptions plain, Accepted accepted) implements SocketOptions {
  /** Called by the listener's thread. */
  interface Accepted {
    void accept(SocketChannel channel) throws IOException;
  }

  AcceptOptions(Accepted accepted) {
    this(SocketOptions.builder().tcpNoDelay(true).build(), accepted);
  }

  @Override
  public void configureSocket(SocketChannel channel) {
    try {
      plain.configureSocket(channel);
      accepted.accept(channel);
    } catch (IOException e) {
      // The listener closes this channel and goes on.
      throw new UncheckedIOException(e);
    } catch (Error e) {
      ProcessEnd.ifBroken(e);
      throw new IllegalStateException("a connection cannot be taken", e); // It survives these.
    }
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return plain.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return plain.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return plain.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return plain.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return plain.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return plain.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return plain.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return plain.tcpNoDelay();
  }
}
