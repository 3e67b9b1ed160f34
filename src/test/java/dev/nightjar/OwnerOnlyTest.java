package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nightjar.sim.SimServer;
import dev.nightjar.store.local.Backup;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other users of the machine may see of a data directory: nothing. */
@Tag("server")
@Tag("K5")
class OwnerOnlyTest {
  private static final String WIDE = "rwxr-xr-x";
  private static final String WIDE_FILE = "rw-r--r--";
  private static final String CLOSED = "rwx------";
  private static final String CLOSED_FILE = "rw-------";

  @TempDir Path folder;
  private Path data = Path.of("");

  @BeforeEach
  void needsOwners() {
    assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
        "this system's files have no owners as POSIX has them");
    data = folder.resolve("made/data");
  }

  @Test
  void allThatAServerWritesIsItsOwnersAlone() throws IOException {
    Path copy = folder.resolve("copy");
    try (ServerFixture fixture = ServerFixture.start(data, ServerFixture.sim())) {
      Path input = folder.resolve("in.jsonl");
      fixture.await(
          fixture.create("/v1/chat/completions", ServerFixture.chatLines(input, 40, _ -> "")).id());

      assertThat(new Backup(data, copy, Instant.now(), _ -> {}).run())
          .isInstanceOf(Backup.Outcome.Copied.class);
      assertThat(names(data)).contains("meta.db", "meta.db-wal", "meta.db-shm", "lock", "format");
      assertThat(openToOthers(data)).isEmpty();
    }
    assertThat(openToOthers(copy)).isEmpty();
  }

  @Test
  void backupOfAWiderDirectoryIsItsOwnersAlone() throws IOException {
    try (var directory = DataDirectory.open(data);
        var _ = TestStores.open(directory.database())) {
      widen();
      Path copy = Files.createDirectory(folder.resolve("copy"));
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString(WIDE));

      assertThat(new Backup(data, copy, Instant.now(), _ -> {}).run())
          .isInstanceOf(Backup.Outcome.Copied.class);

      assertThat(openToOthers(copy)).isEmpty();
    }
  }

  @Test
  void databaseMadeByItselfIsItsOwnersAlone() throws IOException {
    Path file = folder.resolve("meta.db");
    try (var _ = TestStores.open(file)) {
      assertThat(openToOthers(folder)).isEmpty();
    }
  }

  @Test
  void stateOfARunIsItsOwnersAloneAndItsOutputIsAsTheUserWants() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    Path output = folder.resolve("out.jsonl");
    try (var nobody = new DeadPort()) {
      assertThat(run(input, output, nobody.url())).as("nobody there").isEqualTo(6);
    }
    assertThat(openToOthers(folder.resolve("out.jsonl.nightjar"))).isEmpty();

    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      assertThat(run(input, output, sim.url())).isZero();
    }
    assertThat(Files.getPosixFilePermissions(output))
        .as("as any new file of this process")
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("any"))));
  }

  private int run(Path input, Path output, String upstream) throws Exception {
    try (NightjarProcess run =
        NightjarProcess.start(
            folder,
            "run",
            input.toString(),
            "-o",
            output.toString(),
            "--upstream",
            upstream,
            "--wait-for-upstream",
            "1s")) {
      return run.exitCode();
    }
  }

  @Test
  void widerDirectoryIsClosedAndSaidInOneSentence() throws IOException {
    try (var directory = DataDirectory.open(data);
        var _ = TestStores.open(directory.database())) {
      Files.createDirectory(directory.objects());
      widen();
    }

    List<String> said = saidByOpening();

    assertThat(said)
        .containsExactly(
            "data directory %s was open to other users (rwxr-xr-x); now it is its owner's alone"
                .formatted(data));
    assertThat(openToOthers(data)).isEmpty();
    assertThat(saidByOpening()).as("mended already").isEmpty();
  }

  @Test
  void directoryWithOtherThingsInItStaysAsItIs() throws IOException {
    DataDirectory.open(data).close();
    Files.writeString(data.resolve("thesis.txt"), "years");
    widen();

    assertThat(saidByOpening()).isEmpty();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo(WIDE);
    assertThat(openToOthers(data).stream().map(Path::of).map(Path::getFileName).map(Path::toString))
        .as("but what is ours in it is closed")
        .containsExactlyInAnyOrder("data", "thesis.txt");
  }

  private void widen() throws IOException {
    try (Stream<Path> tree = Files.walk(data)) {
      for (Path path : tree.toList()) {
        String wide = Files.isDirectory(path) ? WIDE : WIDE_FILE;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(wide));
      }
    }
  }

  private List<String> saidByOpening() {
    var said = new ArrayList<String>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            if (entry.getMessage().contains(data.toString())) {
              said.add(entry.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(DataDirectory.class.getName());
    logger.addHandler(handler);
    logger.setLevel(Level.WARNING); // Of its own: tests beside this one may silence its parent.
    try {
      DataDirectory.open(data).close();
    } finally {
      logger.setLevel(null);
      logger.removeHandler(handler);
    }
    return said;
  }

  private static List<String> names(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static List<String> openToOthers(Path root) throws IOException {
    var wider = new ArrayList<String>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        if (!mode.equals(Files.isDirectory(path) ? CLOSED : CLOSED_FILE)) {
          wider.add(path.toString());
        }
      }
    }
    return wider;
  }
}
