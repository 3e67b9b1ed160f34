package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.FileId;
import dev.nightjar.file.LongLines;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.MetaStore.NewBatch;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.sqlite.SqliteMetaStore;
import dev.nightjar.testing.TestClocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large files of several projects, validated on one thread that the test is. */
@Tag("K4")
class ValidationTurnsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final int LINE_BYTES = 1 << 20;
  private static final int MORE_THAN_TWO_SLICES = 140;
  private static final int LARGE = 20;

  @TempDir Path directory;
  private SqliteMetaStore meta;
  private FileObjectStore objects;

  /** Work that waits for the one thread. */
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  private final List<String> validated = new ArrayList<>();
  private Validation validation;

  @BeforeEach
  void open() throws Exception {
    Path database = directory.resolve("meta.db");
    meta = new SqliteMetaStore(database);
    addProjects(database);
    objects = new FileObjectStore(directory.resolve("objects"));
    InstantSource clock = InstantSource.fixed(NOW);
    validation =
        new Validation(
            new ValidationInputs(meta, objects, new LongLines()),
            new ValidationRules(InputLimits.DEFAULTS, Terms.NONE, _ -> Optional.empty(), 1 << 20),
            new Validation.Host(
                TestClocks.steady(clock), new Random(1), tasks::addLast, tasks::addLast),
            new Validation.Listener() {
              @Override
              public void validated(Batch batch, int unsealedChunks) {
                validated.add(batch.id().value());
              }

              @Override
              public void failed(long batch, int failures, long leftMillis) {
                throw new AssertionError("batch " + batch + " failed");
              }
            });
  }

  private static void addProjects(Path database) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO project VALUES ('a', 0), ('b', 0), ('c', 0)");
    }
  }

  @AfterEach
  void close() {
    objects.close();
    meta.close();
  }

  private boolean runOne() {
    Runnable task = tasks.pollFirst();
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  private Batch submit(String id, int lines) throws IOException {
    String project = id.substring(0, 1);
    var file = new FileId("file-" + id);
    long bytes = 0;
    try (ObjectStore.Writer writer = objects.create("input-" + id)) {
      for (int i = 0; i < lines; i++) {
        String line =
            """
            {"custom_id":"%d","method":"POST","url":"/v1/responses","body":{"model":"m","input":"%s"}}
            """
                .formatted(i, "x".repeat(LINE_BYTES));
        writer.write(line.getBytes(StandardCharsets.UTF_8));
        bytes += line.length();
      }
      writer.commit();
    }
    meta.insertFile(
        new StoredFile(file, 0, project, "in.jsonl", "batch", bytes, NOW, null),
        Manifest.ofObject("input-" + id, bytes));
    var asked =
        new NewBatch(
            new BatchId(id),
            project,
            "/v1/responses",
            file,
            "24h",
            NOW,
            NOW.plusSeconds(86_400),
            Map.of(),
            null,
            null);
    Batch batch = meta.createBatch(asked).batch();
    validation.submit(batch);
    return batch;
  }

  @Test
  void longFileGivesItsTurnToOtherProjectsAndNotToItsOwn() throws IOException {
    Batch longest = submit("a1", MORE_THAN_TWO_SLICES);
    assertThat(runOne()).isTrue();
    Batch own = submit("a2", LARGE);
    Batch other = submit("b1", LARGE);

    assertThat(validation.reason(longest.sequence())).isEmpty();
    assertThat(validation.reason(own.sequence())).contains("its validation waits for its turn");
    assertThat(validation.reason(other.sequence())).contains("its validation waits for its turn");
    while (runOne()) {
      // Each step is a slice.
    }

    assertThat(validated).containsExactly("b1", "a1", "a2");
    assertThat(validation.reason(own.sequence())).isEmpty();
  }

  @Test
  void validationThatIsCancelledBetweenTwoSlicesEnds() throws IOException {
    Batch longest = submit("a1", MORE_THAN_TWO_SLICES);
    assertThat(runOne()).isTrue();

    validation.cancel(longest.sequence());

    assertThat(runOne()).isTrue();
    assertThat(runOne()).as("nothing is left").isFalse();
    assertThat(validated).isEmpty();
  }

  @Test
  void closedValidationDoesNotGoOn() throws IOException {
    Batch _ = submit("a1", MORE_THAN_TWO_SLICES);
    assertThat(runOne()).isTrue();

    validation.close();

    assertThat(runOne()).isTrue();
    assertThat(runOne()).as("nothing is left").isFalse();
    assertThat(validated).isEmpty();
  }
}
