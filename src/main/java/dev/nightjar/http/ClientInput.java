package dev.nightjar.http;

import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.FilterInputStream;
import java.io.IOException;

/**
 * A request's body. Whatever breaks while it is read is the client's or the network's doing, and no
 * error of ours: the connection is closed and nothing is logged.
 */
final class ClientInput extends FilterInputStream {
  ClientInput(ServerRequest request) {
    super(request.content().inputStream());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    try {
      return super.read(buffer, offset, count);
    } catch (CloseConnectionException | RequestException | HttpException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new ServerConnectionException("the request's body broke off", e);
    }
  }
}
