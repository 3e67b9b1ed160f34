package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.Pulse.Part;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K2")
class PulseTest {
  private final AtomicLong engine = new AtomicLong();
  private final AtomicLong listener = new AtomicLong();
  private final Pulse pulse =
      new Pulse(
          List.of(new Part("the engine", engine::get), new Part("the listener", listener::get)));

  @Test
  void whatDoesNotComeRoundForLongIsNamedWithItsTime() {
    for (int i = 0; i < 10; i++) {
      listener.incrementAndGet();
      pulse.look();
    }

    assertThat(pulse.silentFor(10)).contains("the engine has not answered for 10 s");
    assertThat(pulse.silentFor(11)).isEmpty();
  }

  @Test
  void whatComesRoundAgainIsWellAtOnce() {
    pulse.look();
    assertThat(pulse.silentFor(1)).isPresent();

    engine.incrementAndGet();
    listener.incrementAndGet();
    pulse.look();

    assertThat(pulse.silentFor(1)).isEmpty();
  }

  @Test
  void slowOneIsNotSilent() {
    for (int i = 0; i < 100; i++) {
      engine.addAndGet(i % 5 == 0 ? 1 : 0);
      listener.incrementAndGet();
      pulse.look();
      assertThat(pulse.silentFor(5)).isEmpty();
    }
  }
}
