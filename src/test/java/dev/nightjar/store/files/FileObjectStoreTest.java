package dev.nightjar.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStoreContract;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.ForwardingDisk;
import dev.nightjar.testing.Survival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FileObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore open(Path directory) throws IOException {
    return new FileObjectStore(directory);
  }

  private long filesAside() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
      return files.count();
    }
  }

  @Test
  void writerThatIsGivenUpLeavesNothingAside() throws IOException {
    try (var writer = store.create("a")) {
      writer.write(new byte[100_000]);
      assertThat(filesAside()).isEqualTo(1);
    }

    assertThat(filesAside()).isZero();
  }

  @Test
  void whatACrashLeftAsideIsRemovedAtTheNextStart() throws IOException {
    Files.write(directory.resolve("tmp").resolve("1"), new byte[100]);

    store.close();
    store = open(directory);

    assertThat(filesAside()).isZero();
    assertThat(store.list("")).isEmpty();
    put("a", new byte[1]);
    assertThat(get("a")).hasSize(1);
  }

  @Test
  void objectsAreSpreadOverFolders() throws IOException {
    for (int i = 0; i < 300; i++) {
      put("batches/batch_1-%06d-1.out".formatted(i), new byte[1]);
    }

    try (Stream<Path> folders = Files.list(directory)) {
      assertThat(folders).hasSizeBetween(100, 257);
    }
    assertThat(store.list("batches/")).hasSize(300);
  }

  @Test
  void folderThatAnotherWriterHasJustMadeIsDurableBeforeItsObjectIs() throws IOException {
    Path root = directory.resolve("of two writers");
    var disk = new CrashDisk(directory, CrashPoints.immortal());
    var race = new Race(disk);
    try (var objects = new FileObjectStore(root, race);
        var first = objects.create("a");
        var second = objects.create("a")) {
      second.write('2');
      race.second = second;

      assertThatThrownBy(first::commit).hasMessage("the power is cut");

      disk.crash(Survival.NOTHING);
      assertThat(objects.open("a").length()).isEqualTo(1);
    }
  }

  /** While one writer makes a folder, another one that finds it there commits its object. */
  private static final class Race implements ForwardingDisk {
    private final Disk inner;
    private ObjectStore.@Nullable Writer second;

    Race(Disk inner) {
      this.inner = inner;
    }

    @Override
    public Disk inner() {
      return inner;
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
      inner.createDirectory(directory);
      if (second != null) {
        second.commit();
        throw new IOException("the power is cut");
      }
    }
  }
}
