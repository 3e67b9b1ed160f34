package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.engine.trace.TraceInput;
import dev.nightjar.engine.trace.TraceOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;

/** The engine, or one with a planted bug. */
interface SimulatedCore {
  List<Effect> step(Event event, long now);

  long nextWakeMillis();

  boolean isQuiet();

  Picture picture();

  /** Its state as a trace would hold it: what goes on from there. */
  Supplier<SimulatedCore> saved();

  /** Makes one for each life of the process. */
  interface Maker {
    SimulatedCore make(EngineLimits limits, List<UpstreamSpec> upstreams, long seed);
  }

  static SimulatedCore real(EngineLimits limits, List<UpstreamSpec> upstreams, long seed) {
    return of(new Engine(limits, upstreams, seed));
  }

  static SimulatedCore of(Engine engine) {
    return new SimulatedCore() {
      @Override
      public List<Effect> step(Event event, long now) {
        return engine.step(event, now);
      }

      @Override
      public long nextWakeMillis() {
        return engine.nextWakeMillis();
      }

      @Override
      public boolean isQuiet() {
        return engine.isQuiet();
      }

      @Override
      public Picture picture() {
        return engine.picture();
      }

      @Override
      public Supplier<SimulatedCore> saved() {
        byte[] state = write(engine);
        return () -> of(read(state));
      }
    };
  }

  private static byte[] write(Engine engine) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new TraceOutput(bytes)) {
      out.writeObject(engine);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Engine read(byte[] state) {
    try (var in = new TraceInput(new ByteArrayInputStream(state))) {
      return (Engine) in.readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("not the state of an engine", e);
    }
  }
}
