package dev.nightjar.backup;

import static dev.nightjar.store.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.local.Backup;
import dev.nightjar.store.local.Backup.Outcome;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.store.local.DataDirectory.DataDirectoryException;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a backup may go, what it may be made of, and what half of one is taken for. */
class BackupTargetTest {
  @TempDir Path folder;
  private Path data;
  private Path target;
  private Path partial;

  @BeforeEach
  void makeData() {
    data = folder.resolve("data");
    target = folder.resolve("copy");
    partial = folder.resolve("copy.partial");
    try (DataDirectory directory = DataDirectory.open(data)) {
      TestStores.open(directory.database()).close();
    }
  }

  private Outcome backUp() {
    return new Backup(data, target, NOW, _ -> {}).run();
  }

  @Test
  void backupThatDidNotEndCannotBeServedAndTheNextOneBeginsAgain() throws IOException {
    try (DataDirectory half = DataDirectory.openIncomplete(partial)) {
      Files.writeString(half.database(), "half");
      Files.createDirectories(half.objects());
      Files.writeString(half.objects().resolve("left"), "left");
    }

    assertThatThrownBy(() -> DataDirectory.open(partial))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessage(
            "data directory %s is a backup that did not end: delete it and make it again"
                .formatted(partial));
    assertThat(backUp()).isInstanceOf(Outcome.Copied.class);

    assertThat(target.resolve("objects/left")).doesNotExist();
    DataDirectory.open(target).close();
  }

  @Test
  void secondBackupToTheSamePlaceIsRefusedWhileTheFirstGoesOn() throws IOException {
    try (DataDirectory _ = DataDirectory.openIncomplete(partial)) {
      assertThatThrownBy(this::backUp)
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("is in use by process");
    }
  }

  @Test
  void othersFilesInTheWayAreLeftAlone() throws IOException {
    Files.createDirectories(partial);
    Path others = Files.writeString(partial.resolve("thesis.txt"), "years");

    assertThatThrownBy(this::backUp)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("is in the way");

    assertThat(others).hasContent("years");
  }

  @Test
  void emptyDirectoryMayBeTheTarget() throws IOException {
    Files.createDirectories(target);

    assertThat(backUp()).isInstanceOf(Outcome.Copied.class);

    DataDirectory.open(target).close();
  }

  @Test
  void targetThatIsNotEmptyIsRefused() throws IOException {
    Path kept = Files.createDirectories(target).resolve("kept");
    Files.writeString(kept, "kept");

    assertThatThrownBy(this::backUp)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessage(target + " is not empty; name a directory that does not exist yet");

    target = kept;
    assertThatThrownBy(this::backUp).hasMessage(target + " is a file, not a directory");
    target = data.resolve("copy");
    assertThatThrownBy(this::backUp).hasMessage(target + " is in the data directory itself");
    assertThat(kept).hasContent("kept");
  }

  @Test
  void onlyADataDirectoryOfAKnownFormatIsCopied() throws IOException {
    Files.writeString(data.resolve("format"), "4\n");
    assertThatThrownBy(this::backUp)
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("has format 4 and this version knows format 3: run the version");

    Files.delete(data.resolve("format"));
    assertThatThrownBy(this::backUp)
        .hasMessage(data + " is not a data directory: it has no file 'format'");
    data = folder.resolve("nowhere");
    assertThatThrownBy(this::backUp).hasMessage("data directory " + data + " does not exist");
    assertThat(Objects.requireNonNull(folder.toFile().list())).containsExactly("data");
  }
}
