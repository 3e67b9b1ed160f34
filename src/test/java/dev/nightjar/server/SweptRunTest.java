package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.KeyStore;
import dev.nightjar.store.LedgerStore;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Retention;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Sweeper;
import dev.nightjar.store.Tier;
import dev.nightjar.store.UploadStore;
import dev.nightjar.store.WebhookStore;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.TestClocks;
import dev.nightjar.testing.TestStores;
import dev.nightjar.upstream.HttpUpstream;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamTarget;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A batch runs while everything that may be swept is swept before each call of a store, by a clock
 * two hours ahead, for which every object is old enough.
 */
@Tag("server")
class SweptRunTest {
  private static final int LINES = 40;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;

  private final ReentrantLock sweeping = new ReentrantLock();
  private final AtomicInteger sweeps = new AtomicInteger();
  private final AtomicInteger spools = new AtomicInteger();

  /** The real stores, and what the engine sees of them. */
  private final class SweptStores implements AutoCloseable {
    final Stores stores = TestStores.open(folder.resolve("meta.db"));
    final ObjectStore objects = new FileObjectStore(folder.resolve("objects"));
    final AnswerLog log =
        new JournalAnswerLog(folder.resolve("journal"), stores.chunks().unsealed(), 1 << 20);
    private final InstantSource later = () -> Instant.now().plus(Duration.ofHours(2));
    private final Stores sweepers = TestStores.open(folder.resolve("meta.db"), later);
    final Sweeper sweeper = new Sweeper(sweepers, objects, TestClocks.settled(later));

    SweptStores() throws IOException {}

    Tier swept() {
      ObjectStore sweptObjects = swept(ObjectStore.class, objects);
      return new Tier(
          new Stores(
              swept(FileStore.class, stores.files()),
              swept(UploadStore.class, stores.uploads()),
              swept(BatchStore.class, stores.batches()),
              swept(ChunkStore.class, stores.chunks()),
              swept(KeyStore.class, stores.keys()),
              swept(LedgerStore.class, stores.ledger()),
              swept(WebhookStore.class, stores.webhooks()),
              swept(Retention.class, stores.retention()),
              stores.database()),
          swept(AnswerLog.class, log),
          sweptObjects,
          new ObjectChunkInputs(sweptObjects),
          DiskSpace.ENDLESS);
    }

    private <T> T swept(Class<T> type, T store) {
      Object swept =
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> {
                sweep();
                try {
                  return method.invoke(store, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
      return type.cast(swept);
    }

    void sweep() {
      sweeping.lock();
      try {
        sweeper.sweep();
        sweeps.incrementAndGet();
        spools.accumulateAndGet(objects.list("spool/").size(), Math::max);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        sweeping.unlock();
      }
    }

    @Override
    public void close() throws IOException {
      sweeper.close();
      sweepers.close();
      log.close();
      objects.close();
      stores.close();
    }
  }

  @Test
  void whatABatchNeedsIsNeverSweptAndTheRestIs() throws IOException {
    SimOptions options =
        ServerFixture.sim().withErrors(ErrorRates.parse("500=5,reset=3,truncated=3,garbage=3"));
    System.err.println("seed " + options.seed());
    Batch ended;
    try (SimServer sim = SimServer.start(options)) {
      long batch = beginAndDieHalfway(sim);
      ended = goOn(sim, batch);
    }

    try (var opened = new SweptStores()) {
      assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
      var rows = new ArrayList<>(customIds(opened, ended.outputFileId()));
      rows.addAll(customIds(opened, ended.errorFileId()));
      assertThat(rows)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, LINES).mapToObj(i -> "row-" + i).toList());
      assertThat(sweeps).hasValueGreaterThan(LINES);
      assertThat(spools).as("answers that were too large for memory").hasPositiveValue();

      opened.sweep();
      assertThat(opened.objects.list("files/")).as("the expired input").isEmpty();
      assertThat(opened.objects.list("spool/")).isEmpty();
      for (FileId file : files(ended)) {
        opened.stores.files().deleteFile("default", file);
      }
      opened.sweep();
      assertThat(opened.objects.list("")).isEmpty();
    }
  }

  /** The engine's threads stop in the middle; answers that were logged refer to their spools. */
  private long beginAndDieHalfway(SimServer sim) throws IOException {
    try (var opened = new SweptStores();
        Upstream upstream = upstream(sim);
        BatchEngine engine = engine(opened, upstream)) {
      engine.start();
      Batch batch = create(opened);
      engine.created(batch);
      await(() -> sim.counters().answered() > LINES / 2);
      return batch.sequence();
    }
  }

  private Batch goOn(SimServer sim, long batch) throws IOException {
    try (var opened = new SweptStores();
        Upstream upstream = upstream(sim);
        BatchEngine engine = engine(opened, upstream)) {
      opened.sweep();
      engine.start();
      await(() -> opened.stores.batches().batch(batch).orElseThrow().status().isTerminal());
      return opened.stores.batches().batch(batch).orElseThrow();
    }
  }

  private static BatchEngine engine(SweptStores opened, Upstream upstream) {
    return new BatchEngine(
        opened.swept(),
        new BatchEngine.Upstreams(List.of(upstream), List.of(new UpstreamSpec("sim", Set.of(), 4))),
        new BatchEngine.Limits(EngineLimits.defaults(), InputLimits.DEFAULTS),
        new BatchEngine.World(
            TestClocks.steady(InstantSource.system()),
            new SecureRandom(),
            cause -> {
              throw new IllegalStateException(cause);
            }));
  }

  private static Upstream upstream(SimServer sim) {
    return new HttpUpstream(
        new UpstreamTarget("sim", URI.create(sim.url()), null, 4), InstantSource.system());
  }

  /** Its input is expired by the sweeper's clock, which is ahead, before anything has read it. */
  private static Batch create(SweptStores opened) throws IOException {
    var ids = new NewIds(new SecureRandom());
    FileId input = ids.newFile();
    byte[] bytes = lines().getBytes(StandardCharsets.UTF_8);
    try (ObjectStore.Writer out = opened.objects.create(ObjectKeys.upload(input))) {
      out.write(bytes);
      out.commit();
    }
    opened
        .stores
        .files()
        .insertFile(
            new NewFile(
                input, "default", "in.jsonl", "batch", bytes.length, Duration.ofMinutes(30)),
            Manifest.ofObject(ObjectKeys.upload(input), bytes.length));
    return opened
        .stores
        .batches()
        .createBatch(
            new NewBatch(
                ids.newBatch(),
                "default",
                "/v1/embeddings",
                input,
                "24h",
                Duration.ofDays(1),
                Map.of(),
                null,
                null))
        .batch();
  }

  /** Every third is answered with more than a mebibyte. */
  private static String lines() {
    var lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      int texts = i % 3 == 0 ? 100 : 1;
      lines.append(
          "{\"custom_id\":\"row-%d\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"m\",\"input\":[%s],\"dimensions\":1536}}\n"
              .formatted(i, String.join(",", Collections.nCopies(texts, "\"a\""))));
    }
    return lines.toString();
  }

  private static List<FileId> files(Batch batch) {
    var files = new ArrayList<FileId>();
    if (batch.outputFileId() != null) {
      files.add(batch.outputFileId());
    }
    if (batch.errorFileId() != null) {
      files.add(batch.errorFileId());
    }
    return files;
  }

  private static List<String> customIds(SweptStores opened, @Nullable FileId file)
      throws IOException {
    if (file == null) {
      return List.of();
    }
    Manifest content = opened.stores.files().content(file).orElseThrow();
    try (var reader = new ContentReader(opened.objects, content)) {
      byte[] bytes = reader.read(0, (int) reader.length());
      return ServerFixture.customIds(new String(bytes, StandardCharsets.UTF_8).lines());
    }
  }

  private static void await(BooleanSupplier condition) {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(5_000_000L);
    }
  }
}
