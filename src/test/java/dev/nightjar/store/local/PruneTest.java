package dev.nightjar.store.local;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.file;
import static dev.nightjar.store.Samples.inProgress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.cli.data.PruneCommand;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.Stores;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.local.DataDirectory.DataDirectoryException;
import dev.nightjar.store.local.Prune.Pruned;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PruneTest {
  private static final int BYTES = 7;

  @TempDir Path folder;

  private Pruned prune() throws IOException {
    return new Prune(folder.resolve("data")).run();
  }

  private static void write(FileObjectStore objects, String key) throws IOException {
    try (var out = objects.create(key)) {
      out.write(new byte[BYTES]);
      out.commit();
    }
  }

  private static void upload(Stores stores, FileObjectStore objects, String id) throws IOException {
    String key = ObjectKeys.upload(new FileId(id));
    write(objects, key);
    stores.files().insertFile(file(id), Manifest.ofObject(key, BYTES));
  }

  @Test
  void whatIsGoneLeavesTheDiskAtOnceAndWhatIsNeededStays() throws IOException {
    try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
        var stores = TestStores.open(directory.database(), () -> NOW);
        var objects = new FileObjectStore(directory.objects())) {
      for (String id : new String[] {"file-kept", "file-deleted", "file-input"}) {
        upload(stores, objects, id);
      }
      write(objects, "files/orphan");
      inProgress(stores, "batch_1", 1);
      stores.files().deleteFile(PROJECT, new FileId("file-deleted"));
      stores.files().deleteFile(PROJECT, new FileId("file-input"));
    }

    var shells = new Shells();
    int code =
        new CommandLine(new PruneCommand(shells.shell()))
            .execute("--data=" + folder.resolve("data"));

    assertThat(code).isZero();
    assertThat(shells.err())
        .contains("2 objects deleted, 14 bytes freed; 14 bytes of objects are left");
    try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
        var objects = new FileObjectStore(directory.objects())) {
      assertThat(objects.list(""))
          .extracting("key")
          .containsExactlyInAnyOrder("files/file-kept", "files/file-input");
    }
  }

  @Tag("K3")
  @Test
  void fileHasExpiredOnlyByTheTimeThatTheDirectoryKnowsOf() throws IOException {
    Instant longAgo = Instant.parse("2020-02-02T02:02:02Z");
    var now = new AtomicReference<>(longAgo);
    try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
        var stores = TestStores.open(directory.database(), now::get);
        var objects = new FileObjectStore(directory.objects())) {
      for (int day : new int[] {0, 10, 20}) {
        var id = new FileId("file-" + day);
        write(objects, ObjectKeys.upload(id));
        now.set(longAgo.plus(Duration.ofDays(day)));
        stores
            .files()
            .insertFile(
                file(id.value(), Duration.ofDays(15)),
                Manifest.ofObject(ObjectKeys.upload(id), BYTES));
      }
    }

    assertThat(prune().objects()).isEqualTo(1);
  }

  @Test
  void directoryInUseIsRefused() {
    try (DataDirectory _ = DataDirectory.open(folder.resolve("data"))) {
      assertThatThrownBy(this::prune)
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("is in use");
    }
  }

  @Test
  void directoryThatIsNotThereIsNotMade() {
    assertThatThrownBy(this::prune)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("does not exist");
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
