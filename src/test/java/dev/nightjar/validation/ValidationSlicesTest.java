package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.FileId;
import dev.nightjar.file.LongLines;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.testing.TestStores;
import dev.nightjar.validation.Validation.Slice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large files, validated slice by slice. */
@Tag("K4")
class ValidationSlicesTest {
  private static final int LINE_BYTES = 1 << 20;
  private static final int MORE_THAN_TWO_SLICES = 140;

  @TempDir Path directory;
  private Stores stores;
  private FileObjectStore objects;

  private Validation validation;

  @BeforeEach
  void open() throws Exception {
    Path database = directory.resolve("meta.db");
    stores = TestStores.open(database);
    addProjects(database);
    objects = new FileObjectStore(directory.resolve("objects"));
    validation =
        new Validation(
            new ValidationInputs(stores, objects, new LongLines()),
            new ValidationRules(InputLimits.DEFAULTS, Terms.NONE, () -> OfferedModels.ANY),
            new Random(1));
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
    stores.close();
  }

  private long create(String id, int lines, int lineBytes) throws IOException {
    String project = id.substring(0, 1);
    var file = new FileId("file-" + id);
    long bytes = 0;
    try (ObjectStore.Writer writer = objects.create("input-" + id)) {
      for (int i = 0; i < lines; i++) {
        String line =
            """
            {"custom_id":"%d","method":"POST","url":"/v1/responses","body":{"model":"m","input":"%s"}}
            """
                .formatted(i, "x".repeat(lineBytes));
        writer.write(line.getBytes(StandardCharsets.UTF_8));
        bytes += line.length();
      }
      writer.commit();
    }
    stores
        .files()
        .insertFile(
            new NewFile(file, project, "in.jsonl", "batch", bytes, null),
            Manifest.ofObject("input-" + id, bytes));
    var asked =
        new NewBatch(
            new BatchId(id),
            project,
            "/v1/responses",
            file,
            "24h",
            Duration.ofDays(1),
            Map.of(),
            null,
            null);
    return stores.batches().createBatch(asked).batch().sequence();
  }

  @Test
  void longFileIsCheckedInSlicesAndItsBatchBegins() throws IOException {
    long batch = create("a1", MORE_THAN_TWO_SLICES, LINE_BYTES);

    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(validation.advance(batch))
        .isInstanceOfSatisfying(
            Slice.Done.class,
            done -> {
              assertThat(done.batch().status()).isEqualTo(BatchStatus.IN_PROGRESS);
              assertThat(done.batch().counts().total()).isEqualTo(MORE_THAN_TWO_SLICES);
              assertThat(done.unsealedChunks()).isPositive();
            });
  }

  @Test
  void sliceEndsWhereMoreMemoryIsNeededAndGoesOnWithIt() throws IOException {
    int lines = (int) (CustomIds.BLOCK_BYTES / Long.BYTES) + 1;
    long batch = create("a1", lines, 1);

    assertThat(validation.advance(batch)).isEqualTo(new Slice.WantsMemory(CustomIds.BLOCK_BYTES));
    assertThat(validation.advance(batch))
        .isInstanceOfSatisfying(
            Slice.Done.class, done -> assertThat(done.batch().counts().total()).isEqualTo(lines));
  }

  @Test
  void whatWasReadIsForgottenAtTheEndAndThenReadAnew() throws IOException {
    long batch = create("a1", MORE_THAN_TWO_SLICES, LINE_BYTES);
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());

    validation.end(batch);

    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(validation.advance(batch)).isInstanceOf(Slice.Done.class);
  }

  @Test
  void batchThatIsCancelledBetweenTwoSlicesIsNotReadOn() throws IOException {
    long batch = create("a1", MORE_THAN_TWO_SLICES, LINE_BYTES);
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());

    assertThat(stores.batches().cancel("a", new BatchId("a1"))).isPresent();

    assertThat(validation.advance(batch))
        .isEqualTo(new Slice.Done(stores.batches().batch(batch).orElseThrow(), 0));
  }

  @Test
  void batchThatHadBegunIsHandedOverWithItsChunks() throws IOException {
    long batch = create("a1", 3, 1);
    Slice begun = validation.advance(batch);

    assertThat(validation.advance(batch)).isEqualTo(begun);
  }

  @Test
  void closedValidationDoesNotGoOn() throws IOException {
    long batch = create("a1", MORE_THAN_TWO_SLICES, LINE_BYTES);
    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());

    validation.close();

    assertThat(validation.advance(batch)).isEqualTo(new Slice.More());
    assertThat(stores.batches().batch(batch).orElseThrow().status())
        .isEqualTo(BatchStatus.VALIDATING);
  }
}
