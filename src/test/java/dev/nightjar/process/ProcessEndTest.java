package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In processes of their own, since each ends. */
@Tag("K2")
@Tag("server")
class ProcessEndTest {
  private static final int LIMIT_SECONDS = 60;

  /** What a process does that is to end: each in a thread of its own beside one that never ends. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] args) {
      ProcessEnd.install();
      switch (args[0]) {
        case "fill" -> Thread.ofPlatform().start(Dying::fill);
        case "recurse" -> Thread.ofVirtual().start(() -> recurse(0));
        case "loop" -> Thread.ofPlatform().start(ProcessEnd.loop(Dying::fail));
        case "task" -> Thread.ofPlatform().start(Dying::fail);
        case "log" -> {
          System.setErr(new Hanging());
          ProcessEnd.now(new IllegalStateException("said to nobody"));
        }
        default -> throw new IllegalArgumentException(args[0]);
      }
      hang(args[0].equals("task") ? 1 : LIMIT_SECONDS);
    }

    private static void fill() {
      for (Object all = ""; ; ) {
        all = new Object[] {all, new byte[1 << 16]};
      }
    }

    private static long recurse(long depth) {
      return depth < 0 ? 0 : depth + recurse(depth + 1);
    }

    private static void fail() {
      throw new IllegalStateException("a fault");
    }
  }

  private static void hang(long seconds) {
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
  }

  /** As a pipe that nobody reads. */
  private static final class Hanging extends PrintStream {
    Hanging() {
      super(nullOutputStream());
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      hang(LIMIT_SECONDS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fill", "recurse", "loop", "log"})
  void threadThatCannotGoOnEndsTheProcessWith70(String what) throws Exception {
    assertThat(run(what)).isEqualTo(70);
  }

  @Test
  void fullHeapEndsTheProcessWith3UnderTheLaunchersFlags() throws Exception {
    assertThat(run("fill", "-XX:+ExitOnOutOfMemoryError")).isEqualTo(3);
  }

  @Test
  void faultOfOneTaskEndsNothing() throws Exception {
    assertThat(run("task")).isZero();
  }

  private static int run(String what, String... flags) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx32m");
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Dying.class.getName(), what));
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS / 2, TimeUnit.SECONDS)).as("it ends").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
