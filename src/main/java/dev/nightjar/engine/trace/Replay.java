package dev.nightjar.engine.trace;

import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.trace.Trace.TraceException;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.util.List;

/** Steps an engine through a trace again, and compares what it wants with what it wanted. */
public final class Replay {
  private final Trace trace;
  private final Watcher watcher;
  private final AnswerTrace.Blank blank = new AnswerTrace.Blank();

  /** Is told of each step. */
  public interface Watcher {
    void told(int step, long now, Event event);

    void wanted(int step, List<Effect> effects, Engine after);
  }

  /** What came of it. */
  public sealed interface Outcome {
    record Same(int steps) implements Outcome {}

    /** Here it wants something else than it wanted then, or goes on where it failed then. */
    record Other(int step, String how) implements Outcome {}

    /** It fails here; {@code asThen} is whether it did then. */
    record Failed(int step, Throwable failure, boolean asThen) implements Outcome {}
  }

  public Replay(Trace trace, Watcher watcher) {
    this.trace = trace;
    this.watcher = watcher;
  }

  public Outcome run() {
    try (var state = input(trace.state());
        var events = input(trace.events())) {
      return run((Engine) state.readObject(), events);
    } catch (EOFException e) {
      throw new TraceException("it is damaged: it ends before its last step");
    } catch (InvalidClassException | ClassNotFoundException e) {
      throw new TraceException(
          "another build of nightjar %s wrote it (%s)".formatted(trace.version(), e.getMessage()));
    } catch (IOException | ClassCastException e) {
      throw new TraceException("it is damaged: " + e.getMessage());
    }
  }

  private static TraceInput input(Bytes bytes) throws IOException {
    return new TraceInput(new ByteArrayInputStream(bytes.array(), bytes.offset(), bytes.length()));
  }

  private Outcome run(Engine engine, TraceInput in) throws IOException {
    long now = trace.now();
    for (int step = 1; step <= trace.steps(); step++) {
      now += EventFormat.number(in);
      Event event = EventFormat.read(in, blank);
      watcher.told(step, now, event);
      boolean isLast = step == trace.steps();
      List<Effect> effects;
      try {
        effects = engine.step(event, now);
      } catch (RuntimeException | AssertionError | StackOverflowError e) {
        return new Outcome.Failed(step, e, isLast && !hasEnd(in));
      }
      watcher.wanted(step, effects, engine);
      if (isLast && !hasEnd(in)) {
        return new Outcome.Other(step, "it did not come to its end then, and does now");
      }
      if (in.readInt() != EffectHash.of(effects)) {
        return new Outcome.Other(step, "its effects are others than then");
      }
    }
    return new Outcome.Same(trace.steps());
  }

  /** Whether that step's effects were recorded. */
  private static boolean hasEnd(TraceInput in) throws IOException {
    return in.available() > 0;
  }
}
