package dev.nightjar.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("K1")
@Timeout(60)
class GuardedConnectionTest {
  private static final long LIMIT = Duration.ofSeconds(60).toNanos();

  @Test
  void writeThatWaitsIsNotOverdueWhileOthersOfItsConnectionMove() throws Exception {
    try (var channel = SocketChannel.open()) {
      var connection = new GuardedConnection(channel, System.nanoTime());
      var isWaiting = new CountDownLatch(1);
      var end = new CountDownLatch(1);
      connection.beginRequest();
      Thread waiting =
          Thread.ofVirtual()
              .start(() ->
                  connection.send(
                      1,
                      () -> {
                        isWaiting.countDown();
                        awaitQuietly(end);
                      }));
      isWaiting.await();
      long waitingSince = System.nanoTime();
      while (connection.movedAt() <= waitingSince) {
        connection.send(1, () -> {});
      }
      long moved = connection.movedAt();

      assertThat(connection.isOverdue(moved + LIMIT, LIMIT, LIMIT)).isFalse();
      assertThat(connection.isOverdue(moved + LIMIT + 1, LIMIT, LIMIT)).isTrue();

      end.countDown();
      waiting.join();
    }
  }

  @Test
  void writeOfManyPartsMayWaitAsLongAsTheyTogether() throws Exception {
    try (var channel = SocketChannel.open()) {
      var connection = new GuardedConnection(channel, System.nanoTime());
      connection.beginRequest();
      connection.send(
          8,
          () -> {
            long begun = connection.movedAt();

            assertThat(connection.isOverdue(begun + 8 * LIMIT - 1, LIMIT, LIMIT)).isFalse();
            assertThat(connection.isOverdue(begun + 8 * LIMIT + 1, LIMIT, LIMIT)).isTrue();
          });
    }
  }

  private static void awaitQuietly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
