package dev.nightjar.engine.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.EngineFigures.Done;
import dev.nightjar.engine.message.EngineFigures.Validating;
import dev.nightjar.engine.message.Picture.Waiting;
import dev.nightjar.store.Samples;
import dev.nightjar.store.Stores;
import dev.nightjar.testing.TestStores;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of a batch: what is stored, and what was seen of it before that was read. */
class ShownFiguresTest {
  private static final EngineFigures NOTHING =
      new EngineFigures(
          List.of(), 0, 0, 0, 0, 0, new Validating(0, 0, 0), new Done(0, 0, 0, 0, 0), null);
  private static final Live SEEN =
      new Live(new RequestCounts(20, 9, 0), new Usage(900, 0, 300, 0), "it waits");

  @TempDir private Path folder;
  private Stores stores;

  @BeforeEach
  void open() {
    stores = TestStores.open(folder.resolve("meta.db"));
  }

  @AfterEach
  void close() {
    stores.close();
  }

  @Test
  void ofEachFigureTheLargerIsShown() {
    Batch batch = Samples.inProgress(stores, "a", 2);
    Chunk first = stores.chunks().claim(batch.sequence(), 1).getFirst();
    stores.chunks().seal(Samples.seal(first));

    Live shown = picture(Map.of(batch.sequence(), SEEN), Map.of()).of(stored(batch));

    assertThat(shown.counts()).isEqualTo(new RequestCounts(20, 9, 2));
    assertThat(shown.usage()).isEqualTo(new Usage(1_000, 100, 300, 20));
    assertThat(shown.reason()).isEqualTo("it waits");
  }

  @Test
  void whatHasEndedIsShownAsItIsStored() {
    Batch batch = Samples.inProgress(stores, "a", 1);
    Samples.sealAll(stores, batch);
    Batch ended = stores.batches().finish(batch.sequence(), Samples.files(batch));

    Live shown = picture(Map.of(batch.sequence(), SEEN), Map.of("llama", "busy")).of(ended);

    assertThat(shown).isEqualTo(new Live(new RequestCounts(10, 8, 2), ended.usage(), null));
  }

  @Test
  void batchThatWasNotSeenWaitsAsAllOfItsModelDo() {
    Batch running = Samples.inProgress(stores, "a", 1);
    Batch validating = Samples.validating(stores, "b");

    Picture busy = picture(Map.of(), Map.of("llama", "busy"));
    Picture others = picture(Map.of(), Map.of("qwen", "busy"));

    assertThat(busy.of(running).reason()).isEqualTo("busy");
    assertThat(busy.of(validating).reason()).isEqualTo("in line");
    assertThat(others.of(running).reason()).isNull();
  }

  @Test
  void whatWasSeenOfItsValidationIsNotShownOnceItRuns() {
    Batch running = Samples.inProgress(stores, "a", 1);
    var picture =
        new Picture(
            Map.of(),
            Map.of(running.sequence(), SEEN),
            new Waiting(Map.of(), Map.of(), "in line"),
            NOTHING);

    assertThat(picture.of(running).reason()).isNull();
  }

  private Batch stored(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow();
  }

  private static Picture picture(Map<Long, Live> running, Map<String, String> byModel) {
    return new Picture(running, Map.of(), new Waiting(byModel, Map.of(), "in line"), NOTHING);
  }
}
