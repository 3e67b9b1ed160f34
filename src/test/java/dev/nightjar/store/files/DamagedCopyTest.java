package dev.nightjar.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.testing.FlippedBit;
import dev.nightjar.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of objects to another disk, where one cannot be linked. */
@Tag("K6")
class DamagedCopyTest {
  private static final String KEY = "files/file-1";

  @TempDir private Path folder;

  @Test
  void damagedObjectIsNotCopied() throws IOException {
    Path from = folder.resolve("from");
    try (var store = new FileObjectStore(from);
        var writer = store.create(KEY);
        SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 4)) {
      writer.write(new byte[100_000]);
      writer.commit();
      FlippedBit flipped = FlippedBit.anyOf(FlippedBit.fileOf(from, KEY), new Random(1));

      assertThatThrownBy(() -> new ObjectCopy(from, disk.root().resolve("damaged")).copy(KEY))
          .isInstanceOf(ObjectDamagedException.class)
          .hasMessageContaining(KEY);

      flipped.flip();
      var copy = new ObjectCopy(from, disk.root().resolve("whole"));
      copy.copy(KEY);
      assertThat(copy.length(KEY)).isEqualTo(100_000);
    }
  }
}
