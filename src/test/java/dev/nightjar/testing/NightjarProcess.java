package dev.nightjar.testing;

import com.openai.client.OpenAIClient;
import dev.nightjar.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The real program in a process of its own, to be killed. */
public final class NightjarProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Pattern SERVING = Pattern.compile("serving on https?://[0-9.]+:(\\d+)/v1");

  private static final long LOOK_NANOS = 10_000_000L;

  /** A process that lives for a second or two does not earn what these leave out. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  public final Process process;
  private final Path output;
  private final Path error;
  private @Nullable OpenAIClient client;

  private NightjarProcess(Process process, Path output, Path error) {
    this.process = process;
    this.output = output;
    this.error = error;
  }

  public static NightjarProcess start(Path folder, String... arguments) throws IOException {
    return start(folder, List.of(), System.getProperty("java.class.path"), arguments);
  }

  public static NightjarProcess start(
      Path folder, List<String> options, String classPath, String... arguments) throws IOException {
    return start(folder, new ArrayList<>(), options, classPath, arguments);
  }

  /**
   * One that SIGINT reaches, also where who started this ignores it, as shells do for their jobs.
   */
  public static NightjarProcess startInterruptible(Path folder, String... arguments)
      throws IOException {
    var perl = List.of("perl", "-e", "$SIG{INT} = 'DEFAULT'; exec @ARGV", "--");
    String classPath = System.getProperty("java.class.path");
    return start(folder, new ArrayList<>(perl), List.of(), classPath, arguments);
  }

  /** One that goes on when its terminal is closed. */
  public static NightjarProcess startWithoutTerminal(Path folder, String... arguments)
      throws IOException {
    String classPath = System.getProperty("java.class.path");
    return start(folder, new ArrayList<>(List.of("nohup")), List.of(), classPath, arguments);
  }

  /** With 256 MB, and as many files open at once. */
  public static NightjarProcess startLimited(Path folder, int descriptors, String... arguments)
      throws IOException {
    var shell = List.of("bash", "-c", "ulimit -n %d; exec \"$@\"".formatted(descriptors), "-");
    String classPath = System.getProperty("java.class.path");
    return start(folder, new ArrayList<>(shell), List.of("-Xmx256m"), classPath, arguments);
  }

  private static NightjarProcess start(
      Path folder,
      List<String> command,
      List<String> options,
      String classPath,
      String... arguments)
      throws IOException {
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(QUICK_START);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "process", ".out");
    Path error = Files.createTempFile(folder, "process", ".err");
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
    Process process = builder.redirectOutput(output.toFile()).redirectError(error.toFile()).start();
    return new NightjarProcess(process, output, error);
  }

  /** The port that a server says it listens on. */
  public int port() throws IOException {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < limit) {
      Matcher matcher = SERVING.matcher(stderr());
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
      if (!process.isAlive()) {
        throw new AssertionError("the server ended: " + stderr());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    throw new AssertionError("the server is not ready: " + stderr());
  }

  /** An official client of this server. */
  public OpenAIClient client() throws IOException {
    if (client == null) {
      client = ServerFixture.client(port());
    }
    return client;
  }

  public int exitCode() throws InterruptedException {
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process has not ended");
    }
    return process.exitValue();
  }

  public String stdout() throws IOException {
    return Files.readString(output);
  }

  public String stderr() throws IOException {
    return Files.readString(error);
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGINT, as of Ctrl-C. */
  public void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** SIGHUP, as of a terminal that is closed. */
  public void hangUp() throws IOException, InterruptedException {
    signal("HUP");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    process.destroyForcibly();
  }
}
