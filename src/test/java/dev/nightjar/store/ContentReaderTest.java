package dev.nightjar.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.testing.FlippedBit;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentReaderTest {
  private static final String ALL = "abcdefghij";

  @TempDir private Path directory;
  private FileObjectStore objects;
  private ContentReader reader;

  @BeforeEach
  void store() throws IOException {
    objects = new FileObjectStore(directory);
    put("one", "abc");
    put("two", "d");
    put("three", "efghij");
    reader = reader(new Piece("one", 3), new Piece("two", 1), new Piece("three", 6));
  }

  @AfterEach
  void close() {
    reader.close();
    objects.close();
  }

  @Test
  void readsEveryRangeAcrossTheBordersOfPieces() throws IOException {
    for (int from = 0; from < ALL.length(); from++) {
      for (int to = from; to <= ALL.length(); to++) {
        assertThat(text(reader.read(from, to - from))).isEqualTo(ALL.substring(from, to));
      }
    }
  }

  @Test
  void streamsEveryRange() throws IOException {
    for (int from = 0; from <= ALL.length(); from++) {
      for (int to = from; to <= ALL.length(); to++) {
        assertThat(text(reader.stream(from, to - from).readAllBytes()))
            .isEqualTo(ALL.substring(from, to));
      }
    }
  }

  @Test
  void streamEndsWithTheFile() throws IOException {
    assertThat(text(reader.stream(8, 1_000).readAllBytes())).isEqualTo("ij");
    assertThat(reader.stream(1_000, 5).read()).isEqualTo(-1);
  }

  @Test
  void streamGivesBytesAboveOneHundredTwentySevenOneByOne() throws IOException {
    put("high", "\u00ff");
    try (ContentReader high = reader(new Piece("high", 2));
        InputStream in = high.stream(0, 2)) {
      assertThat(in.read()).isEqualTo(0xC3);
      assertThat(in.read()).isEqualTo(0xBF);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void pieceShorterThanItsManifestIsAnErrorAndNeverAShorterFile() {
    try (ContentReader torn = reader(new Piece("one", 4), new Piece("two", 1))) {
      assertThatThrownBy(() -> torn.read(0, 5))
          .isInstanceOf(EOFException.class)
          .hasMessage("object one ends at 3 bytes, its file says 4");
      assertThatThrownBy(() -> torn.stream(0, 5).readAllBytes()).isInstanceOf(EOFException.class);
    }
  }

  @Test
  @Tag("K6")
  void damagedPieceIsAnErrorUntilItIsPutRight() throws IOException {
    Path three = FlippedBit.fileOf(directory, "three");
    var _ = new FlippedBit(three, 9).flip();

    assertThatThrownBy(() -> reader.read(0, 10))
        .isInstanceOf(ObjectDamagedException.class)
        .hasMessageContaining("object three is damaged");
    assertThat(text(reader.read(0, 4))).isEqualTo("abcd");
    Files.move(three, directory.resolve("damaged"));
    assertThatThrownBy(() -> reader.read(4, 1)).isInstanceOf(ObjectMissingException.class);
    put("three", "efghij");

    assertThat(text(reader.read(0, 10))).isEqualTo(ALL);
  }

  @Test
  void readSomeStopsWhereTheNextBlockHasNoRoom() throws IOException {
    put("large", "x".repeat(3 * ObjectStore.BLOCK_BYTES + 5));
    int block = ObjectStore.BLOCK_BYTES;
    byte[] buffer = new byte[4 * block];
    try (ContentReader mixed =
        reader(new Piece("one", 3), new Piece("large", 3 * block + 5), new Piece("two", 1))) {
      assertThat(mixed.readSome(0, buffer, 0, 2 * block)).isEqualTo(3 + block);
      assertThat(mixed.readSome(3 + block, buffer, 0, 2 * block + 6)).isEqualTo(2 * block + 6);
      assertThat(mixed.readSome(10, buffer, 0, 100)).isEqualTo(100);
      assertThat(mixed.readSome(0, buffer, 0, 3 * block + 9)).isEqualTo(3 * block + 9);
    }
  }

  @Test
  void missingObjectIsSaidLoudly() {
    try (ContentReader torn = reader(new Piece("one", 3), new Piece("gone", 3))) {
      assertThatThrownBy(() -> torn.read(2, 2))
          .isInstanceOf(ObjectMissingException.class)
          .hasMessageContaining("gone");
    }
  }

  @Test
  void checkFindsWhatIsMissingOrShortInItsRangeOnly() throws IOException {
    try (ContentReader torn =
        reader(new Piece("one", 3), new Piece("gone", 3), new Piece("two", 9))) {
      torn.check(0, 3);
      torn.check(0, 0);
      assertThatThrownBy(() -> torn.check(2, 2)).isInstanceOf(ObjectMissingException.class);
      assertThatThrownBy(() -> torn.check(14, 1))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("its file says 9");
    }
  }

  @Test
  void piecesAreOpenedAtTheirFirstRead() throws IOException {
    try (ContentReader torn = reader(new Piece("one", 3), new Piece("gone", 3))) {
      assertThat(text(torn.read(0, 3))).isEqualTo("abc");
    }
  }

  private ContentReader reader(Piece... pieces) {
    return new ContentReader(objects, new Manifest(List.of(pieces)));
  }

  private void put(String key, String text) throws IOException {
    try (ObjectStore.Writer writer = objects.create(key)) {
      writer.write(text.getBytes(StandardCharsets.UTF_8));
      writer.commit();
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
