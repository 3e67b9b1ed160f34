import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server, from the jar, in a process of its own. */
final class KillServer {
  private static final Pattern SERVING = Pattern.compile("serving on http://127.0.0.1:(\\d+)/v1");
  private static final int SIGKILLED = 128 + 9;
  private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final Process process;
  private final Path log;
  private final long begun = System.nanoTime();

  private KillServer(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** {@code round} names its log. The classes of the first start are archived for the others. */
  static KillServer start(Path work, String upstream, int inFlight, String round) throws IOException {
    Path settings = work.resolve("nightjar.yaml");
    if (!Files.exists(settings)) {
      // Short, so that hanging calls and cancels do not last; long beside what a call takes.
      Files.writeString(settings, "request_timeout: 8s\nstop_grace: 1s\n");
    }
    Path archive = work.resolve("nightjar.jsa");
    Path log = work.resolve("server-" + round + ".log");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Xshare:auto",
            (Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=") + archive,
            "-Xlog:cds=off",
            "-Xlog:aot=off",
            "-jar",
            work.resolve("nightjar.jar").toString()));
    command.addAll(List.of("serve", "--port", "0", "--data", work.resolve("data").toString()));
    command.addAll(List.of("--config", settings.toString(), "--upstream", upstream));
    command.addAll(List.of("--max-in-flight", Integer.toString(inFlight)));
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_") || name.startsWith("NIGHTJAR_"));
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new KillServer(process, log);
  }

  /** An API client, once it listens. */
  Bench ready() throws IOException {
    while (System.nanoTime() - begun < READY_NANOS) {
      Matcher matcher = SERVING.matcher(said());
      if (matcher.find()) {
        return new Bench("http://127.0.0.1:" + matcher.group(1) + "/v1");
      }
      if (!process.isAlive()) {
        break;
      }
      LockSupport.parkNanos(5_000_000);
    }
    throw new IOException("the server does not listen: " + said());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String said() throws IOException {
    return Files.readString(log);
  }

  /** SIGKILL; false if it had ended by itself. */
  boolean kill() throws InterruptedException {
    return process.destroyForcibly().waitFor() == SIGKILLED;
  }

  /** SIGTERM; the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }
}
