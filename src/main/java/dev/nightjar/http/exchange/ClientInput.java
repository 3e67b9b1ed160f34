package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import io.helidon.common.buffers.DataReader.IncorrectNewLineException;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request's body. Whatever breaks while it is read is the client's or the network's doing, and no
 * error of ours: the client is told if it can still hear, and nothing is logged.
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
    } catch (CloseConnectionException | HttpException e) {
      throw e;
    } catch (RequestException e) {
      throw broken(e.status().code(), e.getMessage());
    } catch (InsufficientDataAvailableException _) {
      throw broken(400, "it ends too early");
    } catch (NumberFormatException _) {
      throw broken(400, "the size of a chunk is no number");
    } catch (IncorrectNewLineException _) {
      throw broken(400, "a line of it ends without a carriage return and a line feed");
    } catch (IOException | RuntimeException e) {
      throw new ServerConnectionException("the request's body broke off", e);
    }
  }

  private static ApiError broken(int status, @Nullable String why) {
    return new ApiError(
        status, null, null, "We could not read the body of your request: %s.".formatted(why));
  }
}
