package dev.nightjar.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.ObjectStore.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store does. */
public abstract class ObjectStoreContract {
  @TempDir protected Path directory;
  protected ObjectStore store;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract ObjectStore open(Path directory) throws IOException;

  @BeforeEach
  void openStore() throws IOException {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected void put(String key, byte[] bytes) throws IOException {
    try (var writer = store.create(key)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  protected byte[] get(String key) throws IOException {
    try (var reader = store.open(key)) {
      return reader.stream(0, reader.length()).readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
  void objectComesBackAsWritten(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);

    try (var writer = store.create("files/a")) {
      writer.write(bytes, 0, size / 2);
      for (int i = size / 2; i < Math.min(size, size / 2 + 100); i++) {
        writer.write(bytes[i]);
      }
      int written = (int) writer.bytesWritten();
      writer.write(bytes, written, size - written);
      assertThat(writer.bytesWritten()).isEqualTo(size);
      writer.commit();
    }

    assertThat(get("files/a")).isEqualTo(bytes);
  }

  @Test
  void rangesAreReadFromAnyPosition() throws IOException {
    put("a", "0123456789".getBytes(UTF_8));

    try (var reader = store.open("a")) {
      byte[] buffer = new byte[8];
      assertThat(reader.length()).isEqualTo(10);
      assertThat(reader.read(4, buffer, 2, 3)).isEqualTo(3);
      assertThat(new String(buffer, 2, 3, UTF_8)).isEqualTo("456");
      assertThat(reader.read(8, buffer, 0, 8)).isEqualTo(2);
      assertThat(reader.read(10, buffer, 0, 8)).isZero();
      assertThat(reader.stream(7, 2).readAllBytes()).isEqualTo("78".getBytes(UTF_8));
      assertThat(reader.stream(7, 100).readAllBytes()).isEqualTo("789".getBytes(UTF_8));
    }
  }

  @Test
  void lengthIsKnownWithoutReading() throws IOException {
    put("a", new byte[70_000]);

    assertThat(store.length("a")).isEqualTo(70_000);
    assertThatThrownBy(() -> store.length("b"))
        .isInstanceOf(ObjectMissingException.class)
        .hasMessageContaining("b");
  }

  @Test
  void nothingIsVisibleBeforeTheCommit() throws IOException {
    try (var writer = store.create("a")) {
      writer.write(new byte[100_000]);
      writer.flush();

      assertThatThrownBy(() -> store.open("a")).isInstanceOf(ObjectMissingException.class);
      assertThat(store.list("")).isEmpty();
    }
    assertThatThrownBy(() -> store.open("a")).isInstanceOf(ObjectMissingException.class);
  }

  @Test
  void objectNeverChangesAfterItsCommit() throws IOException {
    try (var writer = store.create("a")) {
      writer.write('x');
      writer.commit();

      assertThatThrownBy(() -> writer.write(new byte[100_000])).isInstanceOf(IOException.class);
    }
    assertThat(get("a")).isEqualTo(new byte[] {'x'});
  }

  @Test
  void equalKeyIsReplacedAndOpenReadersKeepWhatTheyHave() throws IOException {
    put("a", "old".getBytes(UTF_8));
    try (var reader = store.open("a")) {
      put("a", "newer".getBytes(UTF_8));

      assertThat(reader.stream(0, reader.length()).readAllBytes()).isEqualTo("old".getBytes(UTF_8));
    }
    assertThat(get("a")).isEqualTo("newer".getBytes(UTF_8));
  }

  @Test
  void missingObjectIsNamed() {
    assertThatThrownBy(() -> store.open("batches/b-0"))
        .isInstanceOf(ObjectMissingException.class)
        .hasMessageContaining("batches/b-0");
  }

  @Test
  void deletedObjectIsGone() throws IOException {
    put("a", new byte[1]);

    assertThat(store.delete("a")).isTrue();
    assertThat(store.delete("a")).isFalse();
    assertThatThrownBy(() -> store.open("a")).isInstanceOf(ObjectMissingException.class);
  }

  @Test
  void objectsAreListedByPrefix() throws IOException {
    put("files/a", new byte[3]);
    put("batches/b-1.out", new byte[4]);
    put("batches/b-2.out", new byte[5]);

    assertThat(store.list("batches/"))
        .extracting(ObjectStore.Entry::key, ObjectStore.Entry::bytes)
        .containsExactlyInAnyOrder(tuple("batches/b-1.out", 4L), tuple("batches/b-2.out", 5L));
    assertThat(store.list("")).hasSize(3);
    assertThat(store.list("spool/")).isEmpty();
  }

  @Test
  void objectsSurviveAReopen() throws IOException {
    put("files/a", "kept".getBytes(UTF_8));

    store.close();
    store = open(directory);

    assertThat(get("files/a")).isEqualTo("kept".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".", "a b", "ä", "a@b", "a\\b"})
  void otherKeysAreRefused(String key) {
    assertThatThrownBy(() -> store.create(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.open(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.delete(key)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void interruptOfOneReaderLeavesTheOthersAlone() throws Exception {
    put("a", "0123456789".getBytes(UTF_8));

    try (var reader = store.open("a")) {
      Thread interrupted =
          Thread.ofPlatform()
              .start(() -> {
                Thread.currentThread().interrupt();
                try {
                  reader.read(0, new byte[1], 0, 1);
                } catch (IOException _) {
                  // The interrupted one gets nothing.
                }
              });
      interrupted.join();

      byte[] buffer = new byte[1];
      assertThat(reader.read(9, buffer, 0, 1)).isEqualTo(1);
      assertThat(buffer[0]).isEqualTo((byte) '9');
    }
  }

  @Test
  void pagesBringEachObjectOnce() throws IOException {
    var written = new ArrayList<String>();
    for (int i = 0; i < 100; i++) {
      written.add("files/file-" + i);
      put(written.getLast(), new byte[1]);
    }

    var found = new ArrayList<String>();
    String place = Page.FIRST;
    do {
      Page page = store.page(place);
      page.entries().forEach(entry -> found.add(entry.key()));
      place = page.next();
    } while (!place.equals(Page.FIRST));

    assertThat(found).containsExactlyInAnyOrderElementsOf(written);
  }
}
