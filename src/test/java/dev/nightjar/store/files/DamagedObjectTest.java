package dev.nightjar.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.file.Manifest;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.testing.FlippedBit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of objects that are not as they were written. */
@Tag("K6")
class DamagedObjectTest {
  private static final int BLOCK = ObjectStore.BLOCK_BYTES;
  private static final String KEY = "batches/batch_1-000000-1.out";

  @TempDir private Path directory;
  private FileObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FileObjectStore(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private byte[] put(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    try (var writer = store.create(KEY)) {
      writer.write(bytes);
      writer.commit();
    }
    return bytes;
  }

  private byte[] get() throws IOException {
    try (var reader = store.open(KEY)) {
      return reader.stream(0, reader.length()).readAllBytes();
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  /** As the error of a disk is: the file is there, is open, and a read fails. */
  @Test
  void objectThatCannotBeReadIsDamagedUntilItCanBeAgain() throws IOException {
    byte[] bytes = put(1_000);
    Path file = file();
    Path aside = Files.move(file, directory.resolve("aside"));
    Files.createDirectory(file);
    for (int i = 0; i < 100; i++) { // Some file systems count what is in it for its length.
      Files.createFile(file.resolve("x" + i));
    }

    try (var content = new ContentReader(store, Manifest.ofObject(KEY, bytes.length))) {
      assertThatThrownBy(() -> content.read(0, 10)).isInstanceOf(ObjectDamagedException.class);

      for (int i = 0; i < 100; i++) {
        Files.delete(file.resolve("x" + i));
      }
      Files.delete(file);
      Files.move(aside, file);
      assertThat(content.read(0, bytes.length)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 300})
  void everyFlippedBitOfAnObjectAndItsChecksumIsFound(int size) throws IOException {
    byte[] bytes = put(size);
    Path file = file();
    long bits = Files.size(file) * Byte.SIZE;
    assertThat(bits).isEqualTo((size + 4) * 8L);

    for (long bit = 0; bit < bits; bit++) {
      FlippedBit flipped = new FlippedBit(file, bit).flip();
      assertThatThrownBy(this::get)
          .as("bit %d", bit)
          .isInstanceOf(ObjectDamagedException.class)
          .hasMessage(
              "object %s is damaged: its bytes 0 to %d are not as they were written"
                  .formatted(KEY, size - 1));
      flipped.flip();
    }

    assertThat(get()).isEqualTo(bytes);
    assertThat(store.damagedReads()).isEqualTo(bits);
  }

  /** Single bits, and many of them, anywhere in the file: what is read is right, or nothing is. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noReadGivesAByteOfADamagedBlock(long seed) throws IOException {
    var random = new Random(seed);
    int size = 5 * BLOCK + random.nextInt(BLOCK);
    byte[] bytes = put(size);
    Path file = file();
    long bits = Files.size(file) * Byte.SIZE;

    for (int round = 0; round < 100; round++) {
      var flips = new ArrayList<FlippedBit>();
      for (int i = 0; i <= round % 3; i++) {
        flips.add(new FlippedBit(file, random.nextLong(bits)).flip());
      }
      assertThatThrownBy(this::get).isInstanceOf(ObjectDamagedException.class);
      assertWhatIsReadIsRight(bytes, random);
      for (FlippedBit flipped : flips) {
        flipped.flip();
      }
    }
    assertThat(get()).isEqualTo(bytes);
  }

  private void assertWhatIsReadIsRight(byte[] bytes, Random random) throws IOException {
    byte[] buffer = new byte[3 * BLOCK];
    try (var reader = store.open(KEY)) {
      for (int i = 0; i < 30; i++) {
        int from = random.nextInt(bytes.length);
        int count = random.nextInt(1, random.nextBoolean() ? 1_000 : buffer.length);
        try {
          int n = reader.read(from, buffer, 0, count);
          assertThat(n).isPositive();
          assertThat(Arrays.copyOf(buffer, n)).isEqualTo(Arrays.copyOfRange(bytes, from, from + n));
        } catch (ObjectDamagedException _) {
          // The block of its first byte is damaged.
        }
      }
    }
  }

  @Test
  void whatIsBeforeADamagedBlockIsReadAndWhatIsBehindItToo() throws IOException {
    byte[] bytes = put(3 * BLOCK);
    var _ = new FlippedBit(file(), (BLOCK + 17L) * Byte.SIZE).flip();
    byte[] buffer = new byte[3 * BLOCK];

    try (var reader = store.open(KEY)) {
      assertThat(reader.read(0, buffer, 0, 3 * BLOCK)).isEqualTo(BLOCK);
      assertThat(Arrays.copyOf(buffer, BLOCK)).isEqualTo(Arrays.copyOf(bytes, BLOCK));
      for (int count : new int[] {1, BLOCK, 2 * BLOCK}) {
        assertThatThrownBy(() -> reader.read(BLOCK, buffer, 0, count))
            .hasMessageContaining("its bytes 65536 to 131071 are not as they were written");
      }
      assertThat(reader.read(2L * BLOCK, buffer, 0, BLOCK)).isEqualTo(BLOCK);
      assertThat(Arrays.copyOf(buffer, BLOCK))
          .isEqualTo(Arrays.copyOfRange(bytes, 2 * BLOCK, 3 * BLOCK));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, BLOCK, 2 * BLOCK + 100})
  void lostPageIsFound(int size) throws IOException {
    put(size);
    Path file = file();
    Files.write(file, new byte[(int) Files.size(file)]);

    assertThatThrownBy(this::get).isInstanceOf(ObjectDamagedException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, BLOCK, 2 * BLOCK + 3})
  void fileOfAnotherLengthIsAnotherObjectOrNone(int size) throws IOException {
    put(size);
    Path file = file();
    byte[] whole = Files.readAllBytes(file);

    for (int length = Math.max(0, whole.length - 200); length < whole.length + 200; length++) {
      if (length != whole.length) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThat(lengthOr(-1)).as("file of %d bytes", length).isNotEqualTo(size);
        if (length > 0) {
          assertThatThrownBy(this::get).isInstanceOf(ObjectDamagedException.class);
        }
      }
    }
  }

  private long lengthOr(long none) throws IOException {
    try {
      return store.length(KEY);
    } catch (ObjectDamagedException e) {
      assertThat(e).hasMessageContaining("as no object with checksums has");
      return none;
    }
  }

  @Test
  void fileOfAnOlderProgramIsReadUncheckedAndDeleted() throws IOException {
    byte[] bytes = put(2 * BLOCK + 100);
    Path file = file();
    Path bare = file.resolveSibling(file.getFileName().toString().replace("+crc", ""));
    Files.delete(file);
    Files.write(bare, bytes);
    assertThat(bare.getFileName()).hasToString("batches@batch_1-000000-1.out");

    assertThat(get()).isEqualTo(bytes);
    assertThat(store.length(KEY)).isEqualTo(bytes.length);
    assertThat(store.list("batches/"))
        .extracting(ObjectStore.Entry::key, ObjectStore.Entry::bytes)
        .containsExactly(tuple(KEY, (long) bytes.length));

    assertThat(store.delete(KEY)).isTrue();
    assertThat(bare).doesNotExist();
    assertThat(store.delete(KEY)).isFalse();
  }
}
