package dev.nightjar.terminal;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a command has around it.
 *
 * @param out for data; {@code err} is for progress and explanations
 * @param bytesOut the same place as {@code out}, for bytes: it says what is wrong with it
 * @param isTerminal whether {@code out} is read by a person
 * @param errIsTerminal whether a line of {@code err} can be drawn again
 * @param stop from the first call on: SIGINT and SIGTERM complete it instead of ending the process
 */
public record Shell(
    Map<String, String> environment,
    InputStream in,
    PrintStream out,
    OutputStream bytesOut,
    PrintStream err,
    boolean isTerminal,
    boolean errIsTerminal,
    Supplier<CompletableFuture<String>> stop,
    InstantSource clock,
    ZoneId zone) {
  public Shell {
    environment = Map.copyOf(environment);
  }

  /** This process. JSON is UTF-8 wherever it goes; a terminal has an encoding of its own. */
  public static Shell ofProcess(Supplier<CompletableFuture<String>> stop) {
    var bytes = new FileOutputStream(FileDescriptor.out);
    var utf8 = new PrintStream(new BufferedOutputStream(bytes), true, StandardCharsets.UTF_8);
    return new Shell(
        System.getenv(),
        System.in,
        isTerminal(1) ? System.out : utf8,
        bytes,
        System.err,
        isTerminal(1),
        isTerminal(2),
        stop,
        InstantSource.system(),
        ZoneId.systemDefault());
  }

  /** The JDK knows only of standard input and output together; Linux knows of each. */
  static boolean isTerminal(int descriptor) {
    try {
      String open = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return open.matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException _) {
      return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
  }

  public void say(String sentence) {
    err.println("nightjar: " + Printable.escaped(sentence));
  }
}
