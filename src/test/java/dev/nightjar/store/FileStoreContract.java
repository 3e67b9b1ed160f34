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
import dev.nightjar.store.MetaStore.FileQuery;
import dev.nightjar.store.MetaStore.StoreException;
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

/** What every MetaStore does with files. */
public abstract class FileStoreContract {
  @TempDir protected Path directory;
  private MetaStore store;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract MetaStore open(Path directory);

  @BeforeEach
  void openStore() throws IOException {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private void insert(String id) {
    store.insertFile(file(id, NOW, null), content(id));
  }

  private List<String> page(@Nullable StoredFile after, int limit, boolean isAscending) {
    return store.files(new FileQuery(PROJECT, null, after, limit, isAscending, NOW)).stream()
        .map(file -> file.id().value())
        .toList();
  }

  private StoredFile found(String id) {
    return store.file(PROJECT, new FileId(id), NOW).orElseThrow();
  }

  @Test
  void fileBeyondWhatItsProjectMayStoreIsNotInserted() {
    StoredFile first = file("file-a", NOW, null);
    long max = 2 * first.bytes();

    assertThat(store.insertFile(first, content("file-a"), first.bytes() - 1)).isFalse();
    assertThat(store.storedBytes(PROJECT)).isZero();
    assertThat(store.insertFile(first, content("file-a"), first.bytes())).isTrue();
    assertThat(store.insertFile(first, content("file-a"), first.bytes())).as("again").isTrue();
    assertThat(store.insertFile(file("file-b", NOW, null), content("file-b"), max)).isTrue();
    assertThat(store.insertFile(file("file-c", NOW, null), content("file-c"), max)).isFalse();

    assertThat(store.storedBytes(PROJECT)).isEqualTo(max);
    assertThat(store.storedBytes("other")).isZero();
    store.deleteFile(PROJECT, first.id(), NOW);
    assertThat(store.storedBytes(PROJECT)).as("its bytes are still there").isEqualTo(max);
    store.forgetFiles(List.of(first.id()));
    assertThat(store.storedBytes(PROJECT)).isEqualTo(first.bytes());
  }

  @Test
  void insertedFileIsFoundAsItWas() {
    store.insertFile(file("file-a", NOW, NOW.plusMillis(1)), content("file-a"));

    assertThat(found("file-a"))
        .usingRecursiveComparison()
        .ignoringFields("sequence")
        .isEqualTo(file("file-a", NOW, NOW.plusMillis(1)));
    assertThat(store.content(new FileId("file-a")).orElseThrow().pieces())
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

    assertThat(store.file("other", new FileId("file-a"), NOW)).isEmpty();
    assertThat(store.deleteFile("other", new FileId("file-a"), NOW)).isFalse();
    assertThat(store.files(new FileQuery("other", null, null, 10, true, NOW))).isEmpty();
    assertThat(found("file-a")).isNotNull();
  }

  @Test
  void fileOfAnUnknownProjectIsRefused() {
    var stray = new StoredFile(new FileId("file-a"), 0, "nobody", "a", "batch", 7, NOW, null);

    assertThatThrownBy(() -> store.insertFile(stray, content("file-a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void pageGoesOnAfterADeletedFileOfTheSameProject() {
    insert("file-a");
    insert("file-b");
    store.deleteFile(PROJECT, new FileId("file-b"), NOW);

    StoredFile deleted = store.placeOf(PROJECT, new FileId("file-b")).orElseThrow();

    assertThat(page(deleted, 2, false)).containsExactly("file-a");
    assertThat(store.placeOf("another", new FileId("file-b"))).isEmpty();
    assertThat(store.placeOf(PROJECT, new FileId("file-none"))).isEmpty();
  }

  @Test
  void deletedFileIsHiddenButItsBytesAreKnown() {
    insert("file-a");

    assertThat(store.deleteFile(PROJECT, new FileId("file-a"), NOW)).isTrue();

    assertThat(store.deleteFile(PROJECT, new FileId("file-a"), NOW)).isFalse();
    assertThat(store.file(PROJECT, new FileId("file-a"), NOW)).isEmpty();
    assertThat(page(null, 10, true)).isEmpty();
    assertThat(store.content(new FileId("file-a")).orElseThrow().bytes()).isEqualTo(7);
  }

  @Test
  void fileIsHiddenFromTheInstantThatItExpires() {
    store.insertFile(file("file-a", NOW, NOW.plusMillis(1)), content("file-a"));
    FileId id = new FileId("file-a");

    assertThat(store.file(PROJECT, id, NOW)).isPresent();
    assertThat(store.file(PROJECT, id, NOW.plusMillis(1))).isEmpty();
    assertThat(store.files(new FileQuery(PROJECT, null, null, 10, true, NOW.plusMillis(1))))
        .isEmpty();
    assertThat(store.deleteFile(PROJECT, id, NOW.plusMillis(1))).isFalse();
    assertThat(store.content(id)).isPresent();
  }

  @Test
  void emptyFileHasNoPieces() {
    var empty = new StoredFile(new FileId("file-a"), 0, PROJECT, "a", "batch", 0, NOW, null);

    store.insertFile(empty, Manifest.ofObject("files/file-a", 0));

    assertThat(store.content(empty.id()).orElseThrow().pieces()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pagesGoByTimeAndThenByTheOrderOfArrival(boolean isAscending) {
    // Two come at the same instant, and the last to arrive was made first.
    store.insertFile(file("file-b", NOW.plusMillis(5), null), content("file-b"));
    store.insertFile(file("file-c", NOW.plusMillis(5), null), content("file-c"));
    store.insertFile(file("file-d", NOW.plusMillis(9), null), content("file-d"));
    store.insertFile(file("file-a", NOW, null), content("file-a"));
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
    store.insertFile(output, content("file-b"));

    assertThat(store.files(new FileQuery(PROJECT, "batch_output", null, 10, true, NOW)))
        .extracting(StoredFile::id)
        .containsExactly(output.id());
    assertThat(store.files(new FileQuery(PROJECT, "vision", null, 10, true, NOW))).isEmpty();
  }
}
