package dev.nightjar;

import dev.nightjar.config.LogStyle;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One line a message, on stderr; libraries speak only of what is wrong. */
final class Logging {
  /** Held, because java.util.logging forgets the level of a logger that nobody refers to. */
  private static final List<Logger> QUIET =
      List.of(Logger.getLogger("io.helidon"), Logger.getLogger("org.apache.hc"));

  /** Of the whole process, as the log is. */
  static final RepeatedFaults FAULTS = new RepeatedFaults(System::nanoTime);

  private Logging() {}

  static void write(LogStyle style) {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFormatter(
          switch (style) {
            case TEXT -> new LogLine();
            case JSON -> new LogJson();
          });
    }
  }

  static void configure() {
    write(LogStyle.TEXT);
    QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFilter(FAULTS);
    }
  }
}
