package dev.nightjar.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import jdk.net.ExtendedSocketOptions;

/** Opens connections to one upstream; any thread may call it. */
final class Dialer {
  private static final int CONNECT_MS = Timeouts.CONNECT.toMillisecondsIntBound();

  private final BaseUrl base;
  private final SSLSocketFactory tls;

  Dialer(BaseUrl base, SSLSocketFactory tls) {
    this.base = base;
    this.tls = tls;
  }

  /** Tries one of the host's addresses after the other. */
  void dial(Connection connection) throws IOException {
    IOException last = new UnknownHostException(base.hostName());
    for (var address : InetAddress.getAllByName(base.hostName())) {
      try {
        dial(connection, new InetSocketAddress(address, base.port()));
        return;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private void dial(Connection connection, InetSocketAddress address) throws IOException {
    var socket = new Socket();
    try {
      connection.hold(socket);
      configure(socket);
      socket.connect(address, CONNECT_MS);
      if (base.isSecure()) {
        connection.hold(secure(socket), socket);
      }
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Reads never time out by themselves; keep-alive finds a machine that vanished meanwhile. */
  private static void configure(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
    }
  }

  private SSLSocket secure(Socket socket) throws IOException {
    socket.setSoTimeout(CONNECT_MS);
    var secure = (SSLSocket) tls.createSocket(socket, base.hostName(), base.port(), true);
    var parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    socket.setSoTimeout(0);
    return secure;
  }
}
