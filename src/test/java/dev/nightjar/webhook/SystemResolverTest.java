package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lookups that hang in the operating system. */
@Tag("K4")
class SystemResolverTest {
  private static final Duration HASTY = Duration.ofMillis(1);
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final InetAddress address = InetAddress.ofLiteral("93.184.216.34");

  @AfterEach
  void endAll() {
    end.countDown();
  }

  private InetAddress[] look(String host) throws UnknownHostException {
    asked.incrementAndGet();
    if (host.startsWith("hanging")) {
      try {
        end.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    if (host.equals("unknown")) {
      throw new UnknownHostException(host);
    }
    return new InetAddress[] {address};
  }

  @Test
  void lookupsThatHangHoldUpThoseOfNoOtherProject() throws Exception {
    var resolver = new SystemResolver(this::look, PATIENT);
    var refused = new AtomicInteger();
    for (int i = 0; i < SystemResolver.PER_PROJECT + 1; i++) {
      String host = "hanging" + i;
      Thread.startVirtualThread(() -> {
        try {
          resolver.resolve("theirs", host);
        } catch (UnknownHostException _) {
          refused.incrementAndGet();
        }
      });
    }
    DeliveryFixture.awaitThat(
        () -> asked.get() == SystemResolver.PER_PROJECT && refused.get() == 1);

    assertThat(resolver.resolve("ours", "quick")).containsExactly(address);
    assertThatThrownBy(() -> resolver.resolve("theirs", "other")).hasMessageContaining("too many");
  }

  @Test
  void oneLookupOfAHostIsWaitedForByAll() {
    var hasty = new SystemResolver(this::look, HASTY);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> hasty.resolve("theirs", "hanging"))
          .hasMessageContaining("does not answer");
    }

    DeliveryFixture.awaitThat(() -> asked.get() == 1);
  }

  @Test
  void hostIsAskedForAnewOnceItsLookupHasEnded() throws Exception {
    var resolver = new SystemResolver(this::look, PATIENT);

    assertThat(resolver.resolve("ours", "quick")).containsExactly(address);
    assertThat(resolver.resolve("ours", "quick")).containsExactly(address);
    assertThatThrownBy(() -> resolver.resolve("ours", "unknown"))
        .isInstanceOf(UnknownHostException.class);
  }
}
