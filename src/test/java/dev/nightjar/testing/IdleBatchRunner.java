package dev.nightjar.testing;

import dev.nightjar.batch.Batch;
import dev.nightjar.engine.BatchRunner;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineFigures.Done;
import dev.nightjar.engine.message.EngineFigures.Validating;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.Picture.Waiting;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A runner that does nothing but remember what it was told. */
public final class IdleBatchRunner implements BatchRunner {
  private final List<Batch> created = new CopyOnWriteArrayList<>();
  private final List<Batch> cancelled = new CopyOnWriteArrayList<>();
  private final Map<Long, Live> live = new ConcurrentHashMap<>();

  @Override
  public void created(Batch batch) {
    if (created.stream().noneMatch(known -> known.sequence() == batch.sequence())) {
      created.add(batch); // Told twice of a batch, a runner runs it once.
    }
  }

  @Override
  public void cancelled(Batch batch) {
    cancelled.add(batch);
  }

  @Override
  public Picture picture() {
    var nothing =
        new EngineFigures(
            List.of(), 0, 0, 0, 0, 0, new Validating(0, 0, 0), new Done(0, 0, 0, 0, 0), null);
    return new Picture(live, live, new Waiting(Map.of(), Map.of(), null), nothing);
  }

  public void show(long batch, Live figures) {
    live.put(batch, figures);
  }

  public List<Batch> created() {
    return List.copyOf(created);
  }

  public List<Batch> cancelled() {
    return List.copyOf(cancelled);
  }
}
