package dev.nightjar.store;

import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.seal;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.ObjectStore.Entry;
import dev.nightjar.testing.TestClocks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a sweep takes and what it never does, in any order of what happens to batches, whose files
 * are deleted and expire as soon as they may. {@code -Dstore.races} is how often.
 */
public abstract class SweepContract {
  private static final int ROUNDS = Integer.getInteger("store.races", 5);
  private static final int BATCHES = 4;
  private static final int CHUNKS = 3;

  @TempDir Path directory;

  /** Later than anything that is written: objects may carry the system's time. */
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.now().plus(Duration.ofMinutes(1)));

  private final long seed = Long.getLong("store.seed", System.nanoTime());
  private Tier tier;
  private Sweeper sweeper;
  private int files;

  protected abstract Tier open(Path directory, InstantSource clock) throws IOException;

  /** A batch with all that was written for it, and what it holds open. */
  private static final class Life {
    private final Set<String> written = new HashSet<>();
    private final Deque<Chunk> open = new ArrayDeque<>();
    private Batch batch;

    Life(Batch batch) {
      this.batch = batch;
    }

    boolean hasEnded() {
      return batch.status().isTerminal();
    }
  }

  @BeforeEach
  void openTier() throws IOException {
    tier = open(directory, now::get);
    sweeper = new Sweeper(tier.stores(), tier.objects(), TestClocks.settled(now::get));
  }

  @AfterEach
  void closeTier() throws IOException {
    sweeper.close();
    tier.close();
  }

  @Test
  void sweepKeepsAllObjectsOfUnfinishedBatchesAndThenTakesThem() throws IOException {
    System.err.println(getClass().getSimpleName() + ": seed " + seed);
    for (int round = 0; round < ROUNDS; round++) {
      var random = new SplittableRandom(seed + round);
      var lives = new ArrayList<Life>();
      for (int i = 0; i < BATCHES; i++) {
        lives.add(begun("batch_%d_%d".formatted(round, i)));
      }
      while (!lives.stream().allMatch(Life::hasEnded)) {
        step(lives.get(random.nextInt(BATCHES)), random);
        pass(Duration.ofHours(random.nextInt(60)));
        for (Life life : lives) {
          if (!life.hasEnded()) {
            assertThat(keys()).as("round %d of seed %d", round, seed).containsAll(life.written);
          }
        }
      }
      pass(Duration.ofDays(2));
      pass(Duration.ofDays(2));
      assertThat(keys()).as("round %d of seed %d, at its end", round, seed).isEmpty();
    }
  }

  /** Its input is hidden at once. */
  private Life begun(String id) throws IOException {
    var input = new FileId("file-" + id);
    String key = ObjectKeys.upload(input);
    write(key);
    Stores stores = tier.stores();
    var file = new NewFile(input, PROJECT, "in.jsonl", "batch", 7, Duration.ofMinutes(90));
    stores.files().insertFile(file, Manifest.ofObject(key, 7));
    var asked =
        NewBatch.withoutDeadline(new BatchId(id), PROJECT, "/v1/responses", input, "24h", Map.of());
    var life = new Life(stores.batches().createBatch(asked).batch());
    life.written.add(key);
    stores.files().deleteFile(PROJECT, input);
    return life;
  }

  /** The next thing that happens to it. */
  private void step(Life life, RandomGenerator random) throws IOException {
    if (life.hasEnded()) {
      return;
    }
    BatchStore batches = tier.stores().batches();
    long sequence = life.batch.sequence();
    switch (life.batch.status()) {
      case VALIDATING -> {
        switch (random.nextInt(6)) {
          case 0 -> batches.fail(sequence, List.of());
          case 1 -> batches.cancel(PROJECT, life.batch.id());
          case 2 -> write(life, ObjectKeys.spool(life.batch.id(), 0, "early"));
          default -> Samples.begin(tier.stores(), life.batch, CHUNKS);
        }
      }
      case IN_PROGRESS -> run(life, random);
      case CANCELLING, FINALIZING -> close(life);
      case FAILED, COMPLETED, EXPIRED, CANCELLED -> throw new AssertionError(life.batch);
    }
    life.batch = batches.batch(sequence).orElseThrow();
  }

  private void run(Life life, RandomGenerator random) throws IOException {
    long sequence = life.batch.sequence();
    switch (random.nextInt(8)) {
      case 0 -> tier.stores().batches().cancel(PROJECT, life.batch.id());
      case 1 -> tier.stores().batches().expire(sequence);
      case 2 -> { // What was written of them is left over.
        tier.stores().chunks().releaseChunks(sequence, -1);
        life.open.clear();
      }
      case 3, 4 -> {
        for (Chunk chunk : tier.stores().chunks().claim(sequence, 1)) {
          life.open.add(chunk);
          write(life, ObjectKeys.spool(life.batch.id(), chunk.id().number(), "a" + chunk.epoch()));
        }
      }
      default -> sealNext(life);
    }
  }

  private void sealNext(Life life) throws IOException {
    Chunk chunk = life.open.poll();
    if (chunk != null) {
      write(life, ObjectKeys.output(life.batch.id(), chunk.id().number(), chunk.epoch()));
      write(life, ObjectKeys.error(life.batch.id(), chunk.id().number(), chunk.epoch()));
      tier.stores().chunks().seal(seal(chunk));
    }
  }

  /** Seals what is left and finishes; the files are hidden at once. */
  private void close(Life life) throws IOException {
    long sequence = life.batch.sequence();
    life.open.addAll(tier.stores().chunks().claim(sequence, CHUNKS));
    if (!life.open.isEmpty()) {
      sealNext(life);
      return;
    }
    var ends =
        new FinishedFiles(
            new FileId("file-end" + files++), new FileId("file-end" + files++), Duration.ZERO);
    Batch ended = tier.stores().batches().finish(sequence, ends);
    if (ended.status() == BatchStatus.COMPLETED) {
      assertThat(keys()).containsAll(named(ends.output())).containsAll(named(ends.error()));
    }
  }

  private Set<String> named(FileId file) {
    return tier.stores().files().content(file).orElseThrow().pieces().stream()
        .map(Piece::key)
        .collect(toSet());
  }

  private void write(Life life, String key) throws IOException {
    if (life.written.add(key)) {
      write(key);
    }
  }

  private void write(String key) throws IOException {
    try (var writer = tier.objects().create(key)) {
      writer.write(new byte[7]);
      writer.commit();
    }
  }

  private void pass(Duration time) throws IOException {
    now.updateAndGet(before -> before.plus(time));
    sweeper.sweep();
  }

  private Set<String> keys() throws IOException {
    return tier.objects().list("").stream().map(Entry::key).collect(toSet());
  }
}
