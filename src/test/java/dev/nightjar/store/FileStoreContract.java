package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.content;
import static dev.nightjar.store.Samples.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.FileStore.FileQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every FileStore does with files. */
public abstract class FileStoreContract {
  @TempDir protected Path directory;
  private Stores stores;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract Stores open(Path directory);

  @BeforeEach
  void openStore() throws IOException {
    stores = open(directory);
  }

  @AfterEach
  void closeStore() {
    stores.close();
  }

  private void insert(String id) {
    stores.files().insertFile(file(id, NOW, null), content(id));
  }

  private List<String> page(@Nullable StoredFile after, int limit, boolean isAscending) {
    return stores
        .files()
        .files(new FileQuery(PROJECT, null, after, limit, isAscending, NOW))
        .stream()
        .map(file -> file.id().value())
        .toList();
  }

  private StoredFile found(String id) {
    return stores.files().file(PROJECT, new FileId(id), NOW).orElseThrow();
  }

  @Test
  void fileBeyondWhatItsProjectMayStoreIsNotInserted() {
    StoredFile first = file("file-a", NOW, null);
    long max = 2 * first.bytes();

    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes() - 1)).isFalse();
    assertThat(stores.files().storedBytes(PROJECT)).isZero();
    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes())).isTrue();
    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes()))
        .as("again")
        .isTrue();
    assertThat(stores.files().insertFile(file("file-b", NOW, null), content("file-b"), max))
        .isTrue();
    assertThat(stores.files().insertFile(file("file-c", NOW, null), content("file-c"), max))
        .isFalse();

    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(max);
    assertThat(stores.files().storedBytes("other")).isZero();
    stores.files().deleteFile(PROJECT, first.id(), NOW);
    assertThat(stores.files().storedBytes(PROJECT)).as("its bytes are still there").isEqualTo(max);
    stores.retention().forgetFiles(List.of(first.id()));
    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(first.bytes());
  }

  @Test
  void insertedFileIsFoundAsItWas() {
    stores.files().insertFile(file("file-a", NOW, NOW.plusMillis(1)), content("file-a"));

    assertThat(found("file-a"))
        .usingRecursiveComparison()
        .ignoringFields("sequence")
        .isEqualTo(file("file-a", NOW, NOW.plusMillis(1)));
    assertThat(stores.files().content(new FileId("file-a")).orElseThrow().pieces())
        .isEqualTo(content("file-a").pieces());
  }

  @Test
  void insertMayBeRepeated() {
    insert("file-a");
    StoredFile first = found("file-a");

    insert("file-a");

    assertThat(found("file-a")).isEqualTo(first);
    assertThat(page(null, 10, true)).containsExactly("file-a");
  }

  @Test
  void fileOfAnotherProjectIsNotThere() {
    insert("file-a");

    assertThat(stores.files().file("other", new FileId("file-a"), NOW)).isEmpty();
    assertThat(stores.files().deleteFile("other", new FileId("file-a"), NOW)).isFalse();
    assertThat(stores.files().files(new FileQuery("other", null, null, 10, true, NOW))).isEmpty();
    assertThat(found("file-a")).isNotNull();
  }

  @Test
  void fileOfAnUnknownProjectIsRefused() {
    var stray = new StoredFile(new FileId("file-a"), 0, "nobody", "a", "batch", 7, NOW, null);

    assertThatThrownBy(() -> stores.files().insertFile(stray, content("file-a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void pageGoesOnAfterADeletedFileOfTheSameProject() {
    insert("file-a");
    insert("file-b");
    stores.files().deleteFile(PROJECT, new FileId("file-b"), NOW);

    StoredFile deleted = stores.files().placeOf(PROJECT, new FileId("file-b")).orElseThrow();

    assertThat(page(deleted, 2, false)).containsExactly("file-a");
    assertThat(stores.files().placeOf("another", new FileId("file-b"))).isEmpty();
    assertThat(stores.files().placeOf(PROJECT, new FileId("file-none"))).isEmpty();
  }

  @Test
  void deletedFileIsHiddenButItsBytesAreKnown() {
    insert("file-a");

    assertThat(stores.files().deleteFile(PROJECT, new FileId("file-a"), NOW)).isTrue();

    assertThat(stores.files().deleteFile(PROJECT, new FileId("file-a"), NOW)).isFalse();
    assertThat(stores.files().file(PROJECT, new FileId("file-a"), NOW)).isEmpty();
    assertThat(page(null, 10, true)).isEmpty();
    assertThat(stores.files().content(new FileId("file-a")).orElseThrow().bytes()).isEqualTo(7);
  }

  @Test
  void fileIsHiddenFromTheInstantThatItExpires() {
    stores.files().insertFile(file("file-a", NOW, NOW.plusMillis(1)), content("file-a"));
    FileId id = new FileId("file-a");

    assertThat(stores.files().file(PROJECT, id, NOW)).isPresent();
    assertThat(stores.files().file(PROJECT, id, NOW.plusMillis(1))).isEmpty();
    assertThat(
            stores.files().files(new FileQuery(PROJECT, null, null, 10, true, NOW.plusMillis(1))))
        .isEmpty();
    assertThat(stores.files().deleteFile(PROJECT, id, NOW.plusMillis(1))).isFalse();
    assertThat(stores.files().content(id)).isPresent();
  }

  @Test
  void emptyFileHasNoPieces() {
    var empty = new StoredFile(new FileId("file-a"), 0, PROJECT, "a", "batch", 0, NOW, null);

    stores.files().insertFile(empty, Manifest.ofObject("files/file-a", 0));

    assertThat(stores.files().content(empty.id()).orElseThrow().pieces()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pagesGoByTimeAndThenByTheOrderOfArrival(boolean isAscending) {
    // Two come at the same instant, and the last to arrive was made first.
    stores.files().insertFile(file("file-b", NOW.plusMillis(5), null), content("file-b"));
    stores.files().insertFile(file("file-c", NOW.plusMillis(5), null), content("file-c"));
    stores.files().insertFile(file("file-d", NOW.plusMillis(9), null), content("file-d"));
    stores.files().insertFile(file("file-a", NOW, null), content("file-a"));
    List<String> expected = List.of("file-a", "file-b", "file-c", "file-d");

    var all = new ArrayList<String>();
    StoredFile last = null;
    for (var page = page(last, 1, isAscending); !page.isEmpty(); ) {
      all.addAll(page);
      last = found(page.getLast());
      page = page(last, 1, isAscending);
    }

    assertThat(all).isEqualTo(isAscending ? expected : expected.reversed());
    assertThat(page(null, 3, isAscending)).isEqualTo(all.subList(0, 3));
  }

  @Test
  void filesAreFilteredByPurpose() {
    insert("file-a");
    var output =
        new StoredFile(new FileId("file-b"), 0, PROJECT, "b", "batch_output", 7, NOW, null);
    stores.files().insertFile(output, content("file-b"));

    assertThat(stores.files().files(new FileQuery(PROJECT, "batch_output", null, 10, true, NOW)))
        .extracting(StoredFile::id)
        .containsExactly(output.id());
    assertThat(stores.files().files(new FileQuery(PROJECT, "vision", null, 10, true, NOW)))
        .isEmpty();
  }
}
