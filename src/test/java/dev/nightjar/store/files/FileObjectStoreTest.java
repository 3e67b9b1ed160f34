package dev.nightjar.store.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
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
}
