package dev.nightjar.engine.stepped;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.batches.RetryHeaders;
import dev.nightjar.api.files.FileUpload.Form;
import dev.nightjar.api.files.Files;
import dev.nightjar.batch.Batch;
import dev.nightjar.cost.Terms;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.SteppedEngine;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.file.FileId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Sweeper;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.TestStores;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import tools.jackson.databind.json.JsonMapper;

/** A server from its start to its end, in one thread and by a jumpy time: all but its HTTP. */
final class JumpyLife implements AutoCloseable {
  private static final String PROJECT = "default";
  private static final int SEGMENT_BYTES = 1 << 20;
  private static final int IN_FLIGHT = 64;

  final SteadyClock clock;
  final Stores stores;
  final JumpyObjects objects;
  private final JournalAnswerLog log;
  private final RandomGenerator random;
  private final SteppedEngine engine;
  private final Sweeper sweeper;
  private final Files files;
  private final Batches batches;

  JumpyLife(
      Path folder,
      JumpyTime time,
      JumpyUpstream upstream,
      Map<String, Instant> written,
      Consumer<String> deleted,
      RandomGenerator random)
      throws IOException {
    this.random = random;
    this.clock = time.newClock();
    this.stores = TestStores.open(folder.resolve("meta.db"), clock);
    this.objects =
        new JumpyObjects(
            new FileObjectStore(folder.resolve("objects")), time::wall, written, deleted);
    this.log =
        new JournalAnswerLog(folder.resolve("journal"), stores.chunks().unsealed(), SEGMENT_BYTES);
    this.engine =
        new SteppedEngine(
            new Tier(stores, log, objects, new ObjectChunkInputs(objects), DiskSpace.ENDLESS),
            new BatchEngine.Upstreams(
                List.of(upstream), List.of(new UpstreamSpec("jumpy", Set.of(), IN_FLIGHT))),
            new BatchEngine.Limits(EngineLimits.defaults(), InputLimits.DEFAULTS),
            new BatchEngine.World(
                clock, new SplittableRandom(random.nextLong()), JumpyLife::cannotGoOn),
            CrashPoints.immortal());
    this.sweeper = new Sweeper(stores, objects, clock);
    var ids = new NewIds(new SplittableRandom(random.nextLong()));
    var apiStores = new ApiStores(stores, objects, DiskSpace.ENDLESS, ids, clock);
    this.files = new Files(apiStores, ApiLimits.DEFAULT);
    this.batches =
        new Batches(
            apiStores,
            engine.runner(),
            ApiLimits.DEFAULT,
            new Accounts(stores.ledger(), Terms.NONE, clock));
    engine.takeUp();
  }

  private static void cannotGoOn(Throwable cause) {
    throw new AssertionError("the engine gives up", cause);
  }

  // ---- what a server does

  /** Does all that there is to do at this moment. */
  void work() {
    engine.tick();
    while (engine.takeMail() || engine.work(random) || engine.commit()) {}
  }

  /** How long it would sleep. */
  long sleepMillis() {
    return engine.nextWakeMillis() - clock.steadyMillis();
  }

  void sweep() throws IOException {
    sweeper.sweep();
  }

  // ---- what a client asks of it

  StoredFile upload(String content, Duration life) throws IOException {
    try (var upload = files.begin(PROJECT)) {
      upload.write(content.getBytes(StandardCharsets.UTF_8));
      return upload.finish(
          new Form(
              "in.jsonl",
              "batch",
              Map.of(
                  "expires_after[anchor]",
                  "created_at",
                  "expires_after[seconds]",
                  String.valueOf(life.toSeconds()))));
    }
  }

  void delete(FileId file) {
    files.delete(PROJECT, file.value());
  }

  Batch create(FileId input, String window) {
    String request =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"%s\"}"
            .formatted(input, window);
    return batches
        .create(PROJECT, JsonMapper.shared().readTree(request), new RetryHeaders(null, null, null))
        .batch()
        .batch();
  }

  @Override
  public void close() throws IOException {
    engine.close();
    sweeper.close();
    log.close();
    objects.close();
    stores.close();
  }
}
