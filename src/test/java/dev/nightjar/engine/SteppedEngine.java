package dev.nightjar.engine;

import dev.nightjar.engine.core.Engine;
import dev.nightjar.store.Tier;
import dev.nightjar.testing.CrashPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.random.RandomGenerator;

/** The real {@link BatchEngine} without its threads: a test has it do one piece after the other. */
public final class SteppedEngine implements AutoCloseable {
  private final SteppedWorkers workers;
  private final BatchEngine engine;

  public SteppedEngine(
      Tier tier,
      BatchEngine.Upstreams upstreams,
      BatchEngine.Limits limits,
      BatchEngine.World world,
      CrashPoints points) {
    this.workers = new SteppedWorkers(points);
    this.engine = new BatchEngine(tier, upstreams, limits, world, workers.workers());
  }

  public BatchRunner runner() {
    return engine;
  }

  public Engine core() {
    return engine.core();
  }

  public int openInputs() {
    return engine.inputs().count();
  }

  /** As at the start of a server. */
  public void takeUp() {
    engine.takeUp();
  }

  /** Has the core take one of its events; false if there is none. */
  public boolean takeMail() {
    return engine.thread().takeWaiting();
  }

  /** Runs one piece of what workers have been given; false if there is none. */
  public boolean work(RandomGenerator random) {
    return workers.runOne(random);
  }

  /** Appends one group of answers; false if there is none. */
  public boolean commit() {
    try {
      return engine.committer().commitWaiting();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public boolean isAboutToSeal() {
    return workers.hasWaiting("seal");
  }

  public void dropClaims() {
    workers.dropClaims();
  }

  /** When it wants to be woken, by the steady clock. */
  public long nextWakeMillis() {
    return engine.thread().nextWakeMillis();
  }

  public void tick() {
    engine.thread().tick();
  }

  @Override
  public void close() {
    engine.close();
  }
}
