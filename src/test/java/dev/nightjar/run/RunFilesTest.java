package dev.nightjar.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.Samples;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.Survival;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
  @TempDir Path folder;

  @Test
  @Tag("K6")
  void powerCutAfterTheStateIsDeletedLeavesTheOutput() throws IOException {
    Path results = Files.createDirectory(folder.resolve("results"));
    Path output = results.resolve("out.jsonl");
    RunRequest request = request(output, results.resolve("out.errors.jsonl"));
    var disk = new CrashDisk(results, CrashPoints.immortal());
    var files = new RunFiles(request, disk);
    Files.createDirectory(files.state());
    try (var stores = TestStores.open(folder.resolve("meta.db"));
        var objects = new FileObjectStore(folder.resolve("objects"))) {
      Batch withoutFiles = Samples.validating(stores, "batch_1");
      files.export(stores.files(), objects, withoutFiles);
    }

    files.deleteState();
    disk.crash(Survival.NOTHING);

    assertThat(files.state()).doesNotExist();
    assertThat(output).exists();
  }

  @Test
  @Tag("K6")
  void runWithoutErrorsEndsThoughTheirFolderIsMissing() throws IOException {
    Path output = folder.resolve("out.jsonl");
    RunRequest request = request(output, folder.resolve("missing").resolve("errors.jsonl"));
    var files = new RunFiles(request);
    Files.createDirectory(files.state());

    files.deleteState();

    assertThat(files.state()).doesNotExist();
  }

  private RunRequest request(Path output, Path errors) {
    return new RunRequest(
        folder.resolve("in.jsonl"),
        output,
        errors,
        null,
        null,
        List.of(),
        1,
        Duration.ofSeconds(1),
        null);
  }
}
