package dev.nightjar.engine.trace;

import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Steps the engine, and keeps what it takes to step it again: its state at a moment, the events
 * since, and a number for what each had for effects. What it cannot record it steps all the same.
 * Engine thread only.
 */
public final class Recorder {
  private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

  private final Engine engine;
  private final Limits limits;
  private boolean isOn;
  private byte[] state = {};
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private @Nullable TraceOutput out;
  private int steps = Integer.MAX_VALUE;
  private long nowAtState;
  private long lastNow;

  /**
   * What it keeps: after so many events, or so many bytes of them, it begins anew with the state of
   * that moment. While the state takes more bytes it keeps nothing.
   */
  public record Limits(int events, int bytes) {
    private static final int BYTES_MAX = 16 << 20;

    /** At most a sixteenth of the heap for the state and the events together. */
    public static Limits defaults() {
      long heap = Runtime.getRuntime().maxMemory();
      return new Limits(50_000, (int) Math.min(BYTES_MAX, heap / 32));
    }
  }

  public Recorder(Engine engine, Limits limits) {
    this.engine = engine;
    this.limits = limits;
  }

  public Engine engine() {
    return engine;
  }

  /** From now on what it steps is recorded. */
  public void start() {
    isOn = true;
  }

  public List<Effect> step(Event event, long now) {
    if (!isOn) {
      return engine.step(event, now);
    }
    told(event, now);
    List<Effect> effects = engine.step(event, now);
    wanted(effects);
    return effects;
  }

  private void told(Event event, long now) {
    try {
      if (steps >= limits.events || events.size() >= limits.bytes) {
        begin(now);
      }
      steps++;
      TraceOutput to = out;
      if (to != null) {
        EventFormat.writeNumber(now - lastNow, to);
        EventFormat.write(event, to);
        lastNow = now;
      }
    } catch (IOException | RuntimeException | StackOverflowError e) {
      giveUp(e);
    }
  }

  private void begin(long now) throws IOException {
    steps = 0;
    nowAtState = now;
    lastNow = now;
    events.reset();
    out = null;
    state = state(Math.max(1 << 10, state.length));
    if (state.length > 0) {
      out = new TraceOutput(events);
    }
  }

  /** Empty when it is too large: it would take too much of the engine's time and memory. */
  private byte[] state(int bytesExpected) throws IOException {
    var bytes = new ByteArrayOutputStream(bytesExpected);
    try (var whole = new TraceOutput(new Bounded(bytes, limits.bytes))) {
      whole.writeObject(engine);
      whole.flush();
      return bytes.toByteArray();
    } catch (Bounded.FullException _) {
      return new byte[0];
    }
  }

  private void wanted(List<Effect> effects) {
    TraceOutput to = out;
    if (to != null) {
      try {
        to.writeInt(EffectHash.of(effects));
      } catch (IOException | RuntimeException e) {
        giveUp(e);
      }
    }
  }

  private void giveUp(Throwable why) {
    isOn = false;
    out = null;
    state = new byte[0];
    events.reset();
    LOG.log(Level.WARNING, "the engine's steps cannot be recorded; it goes on without", why);
  }

  /**
   * What is recorded; empty when nothing is. {@code failure} is what ended it; null for nothing.
   */
  public Optional<Trace> trace(@Nullable Throwable failure) {
    TraceOutput to = out;
    if (to == null) {
      return Optional.empty();
    }
    try {
      to.flush();
    } catch (IOException e) {
      giveUp(e);
      return Optional.empty();
    }
    return Optional.of(
        new Trace(
            Trace.ourVersion(),
            nowAtState,
            steps,
            Bytes.of(state),
            Bytes.of(events.toByteArray()),
            failure == null ? "" : Trace.text(failure)));
  }
}
