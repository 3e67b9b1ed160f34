package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.BatchEngine.Limits;
import dev.nightjar.engine.BatchEngine.Upstreams;
import dev.nightjar.engine.BatchEngine.World;
import dev.nightjar.engine.BatchRunner;
import dev.nightjar.engine.SteppedEngine;
import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.Tier;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.validation.InputLimits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A server's engine from its start to its end or death: the real {@link BatchEngine}, stepped by
 * hand. What would run on several threads is run here one piece after the other, in an order that
 * the seed decides, so that the same seed dies at the same point.
 */
final class CrashLife implements AutoCloseable {
  private static final int IN_FLIGHT = 24;

  /** So small that a large answer does not fit into memory. */
  private static final long UNAPPENDED_BYTES_MAX = 8_000;

  /** Nothing that fails once is waited for so long. */
  private static final Duration SLEEP_MAX = Duration.ofHours(1);

  private final CrashPoints points;
  private final RandomGenerator random;
  private final CrashClock clock;
  private final PlannedUpstream upstream;
  private final SteppedEngine engine;
  private long slept;

  CrashLife(Tier tier, CrashWorld world, CrashPoints points, long seed) {
    this.points = points;
    this.random = new SplittableRandom(seed);
    this.clock = world.clock();
    this.upstream = new PlannedUpstream(world.witness());
    this.engine =
        new SteppedEngine(
            new Tier(
                tier.stores(),
                tier.log(),
                tier.objects(),
                new ObjectChunkInputs(tier.objects()), // Each process has its own.
                tier.disk()),
            new Upstreams(
                List.of(upstream), List.of(new UpstreamSpec("planned", Set.of("m"), IN_FLIGHT))),
            new Limits(limits(), InputLimits.DEFAULTS),
            new World(clock.steady(), new SplittableRandom(seed + 1), this::cannotGoOn),
            points);
  }

  private static EngineLimits limits() {
    EngineLimits limits = EngineLimits.defaults().withStopGrace(Duration.ofSeconds(30));
    return limits.withBounds(limits.bounds().withUnappendedBytes(UNAPPENDED_BYTES_MAX));
  }

  private void cannotGoOn(Throwable cause) {
    throw new AssertionError("the engine gives up", cause);
  }

  Engine core() {
    return engine.core();
  }

  BatchRunner runner() {
    return engine.runner();
  }

  /** When all batches have ended. */
  void checkInputsAreClosed() {
    assertThat(engine.openInputs()).as("open inputs of chunks").isZero();
  }

  /** As a server does at its start. */
  void start() {
    engine.takeUp();
  }

  /** Another owner has taken all over: what it does not know of is finished, no more. */
  void isTakenOver() {
    upstream.callerIsNoLongerOwner();
  }

  boolean isAboutToSeal() {
    return engine.isAboutToSeal();
  }

  void dropClaims() {
    engine.dropClaims();
  }

  void hangUp() {
    upstream.hangUp();
  }

  /** Does one piece of what is to be done; false if there is nothing at this time. */
  boolean step() {
    try {
      return switch (random.nextInt(8)) {
        case 0 -> engine.commit() || engine.takeMail() || engine.work(random);
        case 1, 2, 3, 4 -> engine.takeMail() || engine.work(random) || engine.commit();
        default -> engine.work(random) || engine.takeMail() || engine.commit();
      };
    } finally {
      points.checkAlive();
    }
  }

  /** Moves time to when the engine wants to be woken. */
  void sleep() {
    sleep(SLEEP_MAX);
  }

  /** The same in a life that may wait for so long in all. */
  void sleep(Duration max) {
    long wake = engine.nextWakeMillis();
    if (wake == Long.MAX_VALUE) {
      throw new AssertionError("nothing to do, nothing to wait for, and the batch has not ended");
    }
    slept += Math.max(0, wake - clock.steady().steadyMillis());
    if (slept > max.toMillis()) {
      throw new AssertionError(
          "it has waited for more than %s, and the batch has not ended".formatted(max));
    }
    clock.advanceTo(wake);
    engine.tick();
  }

  /** Lets go of what the process would have lost. */
  @Override
  public void close() {
    engine.close();
  }
}
