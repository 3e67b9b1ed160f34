package dev.nightjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.disk.Disk.OpenFile;
import dev.nightjar.testing.CrashPoints.Death;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The crash disk loses what a disk may lose, and nothing else. */
class CrashDiskTest {
  @TempDir Path root;
  private CrashDisk disk;
  private Path file;

  @BeforeEach
  void makeDisk() {
    disk = new CrashDisk(root, CrashPoints.immortal());
    file = root.resolve("file");
  }

  private void write(Path path, String text, boolean isForced) throws IOException {
    try (OpenFile open = disk.open(path)) {
      open.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      if (isForced) {
        open.force();
      }
    }
  }

  @Test
  void forcedFileWithAForcedNameSurvives() throws IOException {
    write(file, "forced", true);
    disk.forceDirectory(root);

    disk.crash(Survival.NOTHING);

    assertThat(file).hasContent("forced");
  }

  @Test
  void forcedFileWithoutAForcedNameHasNoName() throws IOException {
    write(file, "forced", true);

    disk.crash(Survival.NOTHING);

    assertThat(file).doesNotExist();
  }

  @Test
  void nameWithoutForcedBytesIsAnEmptyFile() throws IOException {
    write(file, "lost", false);
    disk.forceDirectory(root);

    disk.crash(Survival.NOTHING);

    assertThat(file).isEmptyFile();
  }

  @Test
  void writesThatWereNotForcedMayBeThereTornOrNot() throws IOException {
    Set<String> left = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      Path path = root.resolve("file" + seed);
      write(path, "ab", false);
      disk.forceDirectory(root);
      disk.crash(Survival.random(seed));
      left.add(Files.readString(path));
    }

    assertThat(left).contains("", "a", "ab", "\0\0", "a\0", "\0b");
  }

  @Test
  void laterWriteMaySurviveWithoutAnEarlierOne() throws IOException {
    Set<String> left = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      write(file, "..", true);
      disk.forceDirectory(root);
      try (OpenFile open = disk.open(file)) {
        open.write(ByteBuffer.wrap(new byte[] {'1'}), 0);
        open.write(ByteBuffer.wrap(new byte[] {'2'}), 1);
      }
      disk.crash(Survival.random(seed));
      left.add(Files.readString(file));
    }

    assertThat(left).contains("..", "1.", ".2", "12");
  }

  @Test
  void renameIsThereAsAWholeOrNotAtAll() throws IOException {
    Path renamed = root.resolve("renamed");
    write(file, "new", true);
    write(renamed, "old", true);
    disk.forceDirectory(root);
    disk.rename(file, renamed);
    assertThat(renamed).hasContent("new");

    disk.crash(Survival.NOTHING);

    assertThat(renamed).hasContent("old");
    assertThat(file).hasContent("new");
    disk.rename(file, renamed);
    disk.forceDirectory(root);
    disk.crash(Survival.NOTHING);
    assertThat(renamed).hasContent("new");
    assertThat(file).doesNotExist();
  }

  @Test
  void deletedFileMayComeBack() throws IOException {
    write(file, "forced", true);
    disk.forceDirectory(root);
    assertThat(disk.delete(file)).isTrue();
    assertThat(file).doesNotExist();

    disk.crash(Survival.NOTHING);

    assertThat(file).hasContent("forced");
  }

  @Test
  void directoryThatIsLostTakesItsFilesAlong() throws IOException {
    Path directory = root.resolve("directory");
    disk.createDirectory(directory);
    write(directory.resolve("file"), "forced", true);
    disk.forceDirectory(directory);

    disk.crash(Survival.NOTHING);

    assertThat(directory).doesNotExist();
    Directories.create(directory, disk);
    disk.crash(Survival.NOTHING);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatOnlyTheKernelHasCanBeLostLater() throws IOException {
    write(file, "kept", false);
    disk.crash(Survival.THE_KERNEL);
    assertThat(file).hasContent("kept");

    disk.crash(Survival.NOTHING);

    assertThat(file).doesNotExist();
  }

  @Test
  void deadProcessDoesNothingMore() throws IOException {
    disk.startAgain(CrashPoints.dieAt(2));
    OpenFile open = disk.open(file);

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> open.write(ByteBuffer.allocate(1), 0))
          .isInstanceOf(Death.class)
          .hasMessage("died at point 2, before: write 1 bytes to file");
    }
    assertThatThrownBy(() -> disk.delete(file)).isInstanceOf(Death.class);

    assertThat(file).isEmptyFile();
  }
}
