package dev.nightjar.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.testing.ForwardingObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectChunkInputsTest {
  private static final String ALL = "one\ntwo\nthree\n";
  private static final FileId FILE = new FileId("file-a");
  private static final Manifest CONTENT = Manifest.ofObject("a", ALL.length());
  private static final Chunk FIRST = new Chunk(new ChunkId(1, 0), 1, 0, 2, 0, 8);
  private static final Chunk SECOND = new Chunk(new ChunkId(1, 1), 1, 2, 1, 8, 6);

  @TempDir private Path directory;
  private FileObjectStore objects;
  private ObjectChunkInputs inputs;

  /** Readers of objects that are open, and that were. */
  private final AtomicInteger open = new AtomicInteger();

  private final AtomicInteger opened = new AtomicInteger();

  @BeforeEach
  void store() throws IOException {
    objects = new FileObjectStore(directory);
    try (ObjectStore.Writer writer = objects.create("a")) {
      writer.write(ALL.getBytes(StandardCharsets.UTF_8));
      writer.commit();
    }
    inputs = new ObjectChunkInputs(counting(objects));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Test
  void chunkHasItsOwnLinesAtTheirPlacesInTheFile() throws IOException {
    try (ChunkInput second = inputs.open(FILE, CONTENT, SECOND)) {
      byte[] buffer = new byte[4];
      second.readFully(9, buffer, 3);

      assertThat(text(second.stream().readAllBytes())).isEqualTo("three\n");
      assertThat(text(second.read(8, 5))).isEqualTo("three");
      assertThat(text(buffer)).isEqualTo("hre\0");
    }
  }

  @Test
  void chunksOfAFileShareWhatIsOpenUntilTheLastIsClosed() throws IOException {
    ChunkInput first = inputs.open(FILE, CONTENT, FIRST);
    ChunkInput second = inputs.open(FILE, CONTENT, SECOND);
    text(first.read(0, 3));
    text(second.read(8, 5));
    assertThat(opened).hasValue(1);

    first.close();
    assertThat(open).hasValue(1);
    assertThat(text(second.read(8, 5))).isEqualTo("three");
    second.close();

    assertThat(open).hasValue(0);
    assertThat(opened).hasValue(1);
  }

  @Test
  void fileIsOpenedAgainForALaterChunk() throws IOException {
    ChunkInput first = inputs.open(FILE, CONTENT, FIRST);
    text(first.read(0, 3));
    first.close();

    ChunkInput second = inputs.open(FILE, CONTENT, SECOND);

    assertThat(text(second.read(8, 5))).isEqualTo("three");
    second.close();
    assertThat(open).hasValue(0);
  }

  @Test
  void lostInputIsFoundWhenItIsReadAndNotBefore() throws IOException {
    assertThat(objects.delete("a")).isTrue();

    try (ChunkInput first = inputs.open(FILE, CONTENT, FIRST)) {
      assertThatThrownBy(() -> first.stream().read()).isInstanceOf(ObjectMissingException.class);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private ForwardingObjectStore counting(ObjectStore inner) {
    return new ForwardingObjectStore() {
      @Override
      public ObjectStore inner() {
        return inner;
      }

      @Override
      public Reader open(String key) throws IOException {
        Reader reader = inner.open(key);
        open.incrementAndGet();
        opened.incrementAndGet();
        return new Reader() {
          @Override
          public long length() {
            return reader.length();
          }

          @Override
          public int read(long position, byte[] buffer, int offset, int count) throws IOException {
            return reader.read(position, buffer, offset, count);
          }

          @Override
          public InputStream stream(long position, long count) {
            return reader.stream(position, count);
          }

          @Override
          public void close() {
            open.decrementAndGet();
            reader.close();
          }
        };
      }
    };
  }
}
