package dev.nightjar;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One line a message, on stderr; libraries speak only of what is wrong. */
final class Logging {
  /** Held, because java.util.logging forgets the level of a logger that nobody refers to. */
  private static final List<Logger> QUIET =
      List.of(Logger.getLogger("io.helidon"), Logger.getLogger("org.apache.hc"));

  private Logging() {}

  static void configure() {
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n");
    QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
  }
}
