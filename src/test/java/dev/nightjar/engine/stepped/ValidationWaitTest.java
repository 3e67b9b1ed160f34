package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.ForwardingObjectStore;
import dev.nightjar.testing.ForwardingStores;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch whose input cannot be read while it is validated: that is no fault of the file's. */
@Tag("K6")
class ValidationWaitTest {
  private static final long SEED = 1;
  private static final int STEPS_MAX = 100_000;
  private static final Duration A_WINDOW = Duration.ofHours(25);

  private final CrashWorld world = CrashWorld.of(CrashScenario.RUNS_TO_ITS_END, SEED);
  private final CrashPoints points = CrashPoints.immortal();
  private CrashFolder folder;
  private Unreadable inputs;
  private Tier tier;
  private CrashLife life;

  /** Inputs that cannot be opened as long as there is a reason. */
  private static final class Unreadable implements CrashBugs {
    private final Disk disk;
    private @Nullable Exception reason;
    private int tries;
    private boolean losesExpiry;

    Unreadable(Disk disk) {
      this.disk = disk;
    }

    @Override
    public Disk disk() {
      return disk;
    }

    @Override
    public Stores stores(Stores stores, AnswerLog log) {
      return new Rows(stores, this).stores();
    }

    @Override
    public ObjectStore objects(ObjectStore objects) {
      return new Objects(objects, this);
    }
  }

  /** It may do what it is asked and say that it failed, once. */
  private record Rows(Stores inner, Unreadable inputs) implements ForwardingStores {
    @Override
    public <T> T transaction(String name, Supplier<T> work) {
      T result = work.get();
      if (name.equals("expire") && inputs.losesExpiry) {
        inputs.losesExpiry = false;
        throw new StoreException("planned", null);
      }
      return result;
    }
  }

  private record Objects(ObjectStore inner, Unreadable inputs) implements ForwardingObjectStore {
    @Override
    public Reader open(String key) throws IOException {
      if (key.startsWith("files/") && inputs.reason != null) {
        inputs.tries++;
        switch (inputs.reason) {
          case IOException e -> throw e;
          case RuntimeException e -> throw e;
          default -> throw new AssertionError(inputs.reason);
        }
      }
      return inner.open(key);
    }
  }

  @BeforeEach
  void start() throws IOException {
    folder = new CrashFolder();
    inputs = new Unreadable(new CrashDisk(folder.path(), points));
    tier = CrashStores.open(folder.path(), inputs, points, world);
    life = new CrashLife(tier, world, points, SEED);
    life.start();
  }

  @AfterEach
  void stop() throws IOException {
    life.close();
    tier.close();
    folder.close();
  }

  private Batch batch() {
    return tier.stores().batches().batch(1).orElseThrow();
  }

  private String reason() {
    boolean isBusy;
    do {
      isBusy = life.step();
    } while (isBusy);
    return String.valueOf(life.core().picture().of(batch()).reason());
  }

  /** Until its input was tried this often, or the batch has ended. */
  private void run(int tries) throws IOException {
    CrashClient client = world.client();
    for (int i = 0; i < STEPS_MAX; i++) {
      boolean isBusy = client.act(tier, life) || life.step() || client.look(tier);
      if (inputs.tries >= tries || client.isDone()) {
        return;
      }
      if (!isBusy) {
        life.sleep(A_WINDOW);
      }
    }
    throw new AssertionError("no end after " + STEPS_MAX + " steps");
  }

  private static Exception exception(String kind) {
    return switch (kind) {
      case "missing" -> new ObjectMissingException("files/1");
      case "short" -> new EOFException("object files/1 ends at 5 bytes, its file says 10");
      case "unreadable" -> new IOException("Input/output error");
      default -> new IllegalStateException("a bug");
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "short", "unreadable", "bug"})
  void batchWhoseInputCannotBeReadWaitsWithAReasonAndIsExactOnceItCan(String kind)
      throws IOException {
    inputs.reason = exception(kind);
    run(5);

    assertThat(batch().status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(reason())
        .contains(
            kind.equals("bug")
                ? "an internal error, which the log has"
                : "cannot be read: " + exception(kind).getMessage());
    inputs.reason = null;
    run(Integer.MAX_VALUE);

    CrashAudit.check(tier, world);
  }

  @Test
  void batchWhoseInputIsNeverReadableExpiresAtItsDeadlineAndIsTriedOnceAMinute()
      throws IOException {
    inputs.reason = exception("missing");
    run(Integer.MAX_VALUE);

    Batch expired = batch();
    assertThat(expired.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(expired.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(expired.outputFileId()).isNull();
    assertThat(expired.errorFileId()).isNull();
    assertThat(expired.stamps().expiredAt()).isEqualTo(expired.stamps().expiresAt());
    assertThat(inputs.tries).isBetween(24 * 60, 24 * 60 + 10);
  }

  @Test
  void batchThatExpiresEndsThoughThatIsNotToldWhenItIsStored() throws IOException {
    inputs.reason = exception("missing");
    inputs.losesExpiry = true;
    run(Integer.MAX_VALUE);

    assertThat(inputs.losesExpiry).isFalse();
    assertThat(batch().status()).isEqualTo(BatchStatus.EXPIRED);
  }

  @Test
  void batchWhoseInputCannotBeReadIsCancelledAtOnce() throws IOException {
    inputs.reason = exception("missing");
    run(8);
    var now = world.clock().instant();

    life.runner().cancelled(tier.stores().batches().cancel("default", batch().id()).orElseThrow());
    run(Integer.MAX_VALUE);

    assertThat(batch().status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(batch().stamps().cancelledAt()).isEqualTo(now);
  }
}
