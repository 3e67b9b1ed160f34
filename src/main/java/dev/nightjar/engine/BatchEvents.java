package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells all who have joined what becomes of batches, once it is stored; the same more than once
 * when an effect is repeated. It keeps nothing and waits for nobody: whoever takes time keeps a
 * bounded queue, and reads the store when that was full. Any thread may call it.
 */
public final class BatchEvents {
  private static final System.Logger LOG = System.getLogger(BatchEvents.class.getName());

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** What became of a batch. */
  public sealed interface BatchEvent {
    /** It is there, or its status is another than before; {@code batch} is as it is stored. */
    record Changed(Batch batch) implements BatchEvent {
      public boolean isEnd() {
        return batch.status().isTerminal();
      }
    }
  }

  /** Is told on the thread that brought it about: it must neither wait nor throw. */
  public interface Listener {
    void tell(BatchEvent event);
  }

  public void join(Listener listener) {
    listeners.add(listener);
  }

  void changed(Batch batch) {
    var event = new BatchEvent.Changed(batch);
    for (Listener listener : listeners) {
      try {
        listener.tell(event);
      } catch (RuntimeException | AssertionError e) {
        LOG.log(System.Logger.Level.ERROR, "telling what became of " + batch.id(), e);
      }
    }
  }
}
