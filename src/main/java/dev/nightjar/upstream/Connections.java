package dev.nightjar.upstream;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingDeque;
import org.jspecify.annotations.Nullable;

/** The open connections that no call uses just now, last used first. Any thread may call it. */
final class Connections {
  /** Uvicorn, and with it vLLM, closes at 5 s; what it closes first, we send twice. */
  private static final Duration MAX_REST = Duration.ofSeconds(3);

  private final LinkedBlockingDeque<Connection> idle;

  Connections(int max) {
    idle = new LinkedBlockingDeque<>(max);
  }

  /** One that was used not long ago, which does not mean that the other side still holds it. */
  @Nullable Connection take() {
    var connection = idle.pollFirst();
    if (connection == null || !connection.hasRested(MAX_REST)) {
      return connection;
    }
    connection.close();
    return null;
  }

  void keep(Connection connection) {
    connection.rest();
    if (!idle.offerFirst(connection)) {
      connection.close();
    }
  }

  /** Does not wait: the goodbyes are said on threads of their own. */
  void closeRested() {
    for (var last = idle.pollLast(); last != null; last = idle.pollLast()) {
      if (!last.hasRested(MAX_REST)) {
        putBack(last);
        return;
      }
      closeLater(last);
    }
  }

  private void putBack(Connection connection) {
    if (!idle.offerLast(connection)) {
      closeLater(connection);
    }
  }

  private static void closeLater(Connection connection) {
    var _ = Thread.startVirtualThread(connection::close);
  }

  void closeAll() {
    for (var next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      next.cut();
    }
  }
}
