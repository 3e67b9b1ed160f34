package dev.nightjar.http.connection;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** The connection with a reader that bounds what comes, and what goes with it. */
record BoundedContext(
    ConnectionContext context,
    BoundedReader dataReader,
    DataWriter dataWriter,
    ExecutorService executor)
    implements ConnectionContext {
  static BoundedContext of(ConnectionContext context) {
    DataReader first = context.dataReader();
    var reader = new BoundedReader(() -> next(first));
    return new BoundedContext(
        context,
        reader,
        new WindowWriter(context.dataWriter(), reader),
        new YieldingExecutor(context.executor()));
  }

  /** What the first reader has looked at already, or gets; null at the end, as Helidon wants it. */
  private static byte @Nullable [] next(DataReader first) {
    try {
      first.ensureAvailable();
      return first.readBytes(first.available());
    } catch (InsufficientDataAvailableException _) {
      return null;
    }
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return context.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.socketId();
  }

  @Override
  public String childSocketId() {
    return context.childSocketId();
  }
}
