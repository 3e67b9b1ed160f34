package dev.nightjar.testing;

import dev.nightjar.batch.Batch;
import dev.nightjar.engine.BatchRunner;
import dev.nightjar.engine.message.Live;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  public Optional<Live> live(long batch) {
    return Optional.ofNullable(live.get(batch));
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
