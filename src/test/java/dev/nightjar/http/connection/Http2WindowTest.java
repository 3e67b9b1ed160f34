package dev.nightjar.http.connection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.CloseConnectionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client of HTTP/2 sends before anyone reads it. */
@Tag("K1")
class Http2WindowTest {
  @Test
  void moreThanTheWindowIsRefusedAndNotKept() {
    var window = new Http2Window();
    window.see(BufferData.create(new byte[24]));
    frame(window, 65_535, 0);
    frame(window, 1_000_000, 1);
    window.widen(10);
    frame(window, 10, 0);

    assertThatThrownBy(() -> frame(window, 1, 0)).isInstanceOf(CloseConnectionException.class);
  }

  private static void frame(Http2Window window, int length, int type) {
    byte[] header = {(byte) (length >> 16), (byte) (length >> 8), (byte) length, (byte) type, 0};
    window.see(BufferData.create(header));
    window.see(BufferData.create(new byte[1]));
  }
}
