package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K2")
class RepeatedFaultsTest {
  private final AtomicLong now = new AtomicLong(1);
  private final RepeatedFaults faults = new RepeatedFaults(now::get);

  @Test
  void repeatedFaultIsLoggedOnceInFullThenCountedAndSummedUpOnceAMinute() {
    LogRecord first = sealing(1);
    assertThat(faults.isLoggable(first)).isTrue();
    assertThat(first.getThrown()).as("in full").isNotNull();
    for (int i = 0; i < 44_000; i++) {
      assertThat(faults.isLoggable(sealing(i))).isFalse();
    }
    now.addAndGet(TimeUnit.MINUTES.toNanos(1));

    LogRecord summary = sealing(7);
    boolean isShown = faults.isLoggable(summary);

    assertThat(isShown).isTrue();
    assertThat(summary.getThrown()).isNull();
    assertThat(summary.getMessage())
        .isEqualTo(
            "sealing chunk 7: java.io.IOException: disk 7"
                + " (and 44000 more of this kind since the last was shown)");
    assertThat(faults.isLoggable(sealing(8))).isFalse();
    assertThat(faults.total()).isEqualTo(44_003);
  }

  @Test
  void faultOfAnotherKindIsShownAtOnce() {
    assertThat(faults.isLoggable(sealing(1))).isTrue();

    assertThat(faults.isLoggable(message(new IOException("elsewhere")))).isTrue();
    assertThat(faults.isLoggable(message(new IllegalStateException("x")))).isTrue();
  }

  @Test
  void messagesWithoutAnExceptionAreAllShownAndNoFaults() {
    for (int i = 0; i < 3; i++) {
      assertThat(faults.isLoggable(new LogRecord(Level.WARNING, "the disk is full"))).isTrue();
    }
    assertThat(faults.total()).isZero();
  }

  @Test
  void memoryIsBoundedWhateverTheKinds() {
    int shown = 0;
    for (int i = 0; i < 10 * RepeatedFaults.KINDS_MAX; i++) {
      var fault = new IllegalStateException("x");
      fault.setStackTrace(new StackTraceElement[] {new StackTraceElement("A", "b", "A.java", i)});
      shown += faults.isLoggable(message(fault)) ? 1 : 0;
    }

    assertThat(shown).isEqualTo(RepeatedFaults.KINDS_MAX + 1);
    assertThat(faults.total()).isEqualTo(10L * RepeatedFaults.KINDS_MAX);
  }

  private static LogRecord sealing(int chunk) {
    LogRecord message = message(new IOException("disk " + chunk));
    message.setMessage("sealing chunk " + chunk);
    return message;
  }

  private static LogRecord message(Throwable thrown) {
    var message = new LogRecord(Level.SEVERE, "a fault");
    message.setLoggerName("dev.nightjar.engine.EffectGuard");
    message.setThrown(thrown);
    return message;
  }
}
