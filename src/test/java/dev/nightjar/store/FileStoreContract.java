package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.content;
import static dev.nightjar.store.Samples.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.FileStore.FileQuery;
import dev.nightjar.store.FileStore.NewFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every FileStore does with files. */
public abstract class FileStoreContract extends StoresContract {
  private void insert(String id) {
    stores.files().insertFile(file(id), content(id));
  }

  private List<String> page(@Nullable StoredFile after, int limit, boolean isAscending) {
    return stores.files().files(new FileQuery(PROJECT, null, after, limit, isAscending)).stream()
        .map(file -> file.id().value())
        .toList();
  }

  private StoredFile found(String id) {
    return at(NOW).files().file(PROJECT, new FileId(id)).orElseThrow();
  }

  @Test
  void fileBeyondWhatItsProjectMayStoreIsNotInserted() {
    NewFile first = file("file-a");
    long max = 2 * first.bytes();

    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes() - 1)).isEmpty();
    assertThat(stores.files().storedBytes(PROJECT)).isZero();
    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes())).isPresent();
    assertThat(stores.files().insertFile(first, content("file-a"), first.bytes()))
        .as("again")
        .contains(found("file-a"));
    assertThat(stores.files().insertFile(file("file-b"), content("file-b"), max)).isPresent();
    assertThat(stores.files().insertFile(file("file-c"), content("file-c"), max)).isEmpty();

    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(max);
    assertThat(stores.files().storedBytes("other")).isZero();
    at(NOW).files().deleteFile(PROJECT, first.id());
    assertThat(stores.files().storedBytes(PROJECT)).as("its bytes are still there").isEqualTo(max);
    stores.retention().forgetFiles(List.of(first.id()));
    assertThat(stores.files().storedBytes(PROJECT)).isEqualTo(first.bytes());
  }

  @Test
  void insertedFileIsFoundAsItWas() {
    StoredFile inserted =
        stores.files().insertFile(file("file-a", Duration.ofMillis(1)), content("file-a"));

    assertThat(found("file-a")).isEqualTo(inserted);
    assertThat(inserted)
        .isEqualTo(
            new StoredFile(
                new FileId("file-a"),
                inserted.sequence(),
                PROJECT,
                "file-a.jsonl",
                "batch",
                7,
                NOW,
                NOW.plusMillis(1)));
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

    assertThat(at(NOW).files().file("other", new FileId("file-a"))).isEmpty();
    assertThat(at(NOW).files().deleteFile("other", new FileId("file-a"))).isFalse();
    assertThat(stores.files().files(new FileQuery("other", null, null, 10, true))).isEmpty();
    assertThat(found("file-a")).isNotNull();
  }

  @Test
  void fileOfAnUnknownProjectIsRefused() {
    var stray = new NewFile(new FileId("file-a"), "nobody", "a", "batch", 7, null);

    assertThatThrownBy(() -> stores.files().insertFile(stray, content("file-a")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void pageGoesOnAfterADeletedFileOfTheSameProject() {
    insert("file-a");
    insert("file-b");
    at(NOW).files().deleteFile(PROJECT, new FileId("file-b"));

    StoredFile deleted = stores.files().placeOf(PROJECT, new FileId("file-b")).orElseThrow();

    assertThat(page(deleted, 2, false)).containsExactly("file-a");
    assertThat(stores.files().placeOf("another", new FileId("file-b"))).isEmpty();
    assertThat(stores.files().placeOf(PROJECT, new FileId("file-none"))).isEmpty();
  }

  @Test
  void deletedFileIsHiddenButItsBytesAreKnown() {
    insert("file-a");

    assertThat(at(NOW).files().deleteFile(PROJECT, new FileId("file-a"))).isTrue();

    assertThat(at(NOW).files().deleteFile(PROJECT, new FileId("file-a"))).isFalse();
    assertThat(at(NOW).files().file(PROJECT, new FileId("file-a"))).isEmpty();
    assertThat(page(null, 10, true)).isEmpty();
    assertThat(stores.files().content(new FileId("file-a")).orElseThrow().bytes()).isEqualTo(7);
  }

  @Test
  void fileIsHiddenFromTheInstantThatItExpires() {
    stores.files().insertFile(file("file-a", Duration.ofMillis(1)), content("file-a"));
    FileId id = new FileId("file-a");

    assertThat(at(NOW).files().file(PROJECT, id)).isPresent();
    assertThat(at(NOW.plusMillis(1)).files().file(PROJECT, id)).isEmpty();
    assertThat(page(null, 10, true)).isEmpty();
    assertThat(at(NOW.plusMillis(1)).files().deleteFile(PROJECT, id)).isFalse();
    assertThat(stores.files().content(id)).isPresent();
  }

  @Test
  void emptyFileHasNoPieces() {
    var empty = new NewFile(new FileId("file-a"), PROJECT, "a", "batch", 0, null);

    stores.files().insertFile(empty, Manifest.ofObject("files/file-a", 0));

    assertThat(stores.files().content(empty.id()).orElseThrow().pieces()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pagesGoByTimeAndThenByTheOrderOfArrival(boolean isAscending) {
    // Two come at the same instant, and the last to arrive was made first.
    at(NOW.plusMillis(5));
    insert("file-b");
    insert("file-c");
    at(NOW.plusMillis(9));
    insert("file-d");
    at(NOW);
    insert("file-a");
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
    var output = new NewFile(new FileId("file-b"), PROJECT, "b", "batch_output", 7, null);
    stores.files().insertFile(output, content("file-b"));

    assertThat(stores.files().files(new FileQuery(PROJECT, "batch_output", null, 10, true)))
        .extracting(StoredFile::id)
        .containsExactly(output.id());
    assertThat(stores.files().files(new FileQuery(PROJECT, "vision", null, 10, true))).isEmpty();
  }

  @Test
  void inputOfABatchIsTheFileAsItWasWhenTheBatchWasMade() {
    stores.files().insertFile(file("file-input", Duration.ofMinutes(1)), content("file-input"));
    Batch before = Samples.validating(stores, "batch_1");
    at(NOW.plus(Duration.ofMinutes(1)));
    Batch after = Samples.validating(stores, "batch_2");

    assertThat(stores.files().inputOf(before)).isPresent();
    assertThat(stores.files().inputOf(after)).isEmpty();
    at(NOW).files().deleteFile(PROJECT, new FileId("file-input"));
    assertThat(stores.files().inputOf(before)).isEmpty();
  }
}
