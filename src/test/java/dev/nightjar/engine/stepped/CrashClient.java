package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.batches.RetryHeaders;
import dev.nightjar.api.files.FileUpload.Form;
import dev.nightjar.api.files.Files;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.DiskSpace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of the real API. It remembers what was answered, and repeats a request whose answer the
 * server's death swallowed.
 */
final class CrashClient {
  private static final String PROJECT = "default";

  private final CrashScenario scenario;
  private final CrashClock clock;
  private final CrashWitness witness;
  private final RandomGenerator random;

  private @Nullable FileId input;
  private @Nullable BatchId batch;
  private boolean hasActed;
  private @Nullable Ended ended;
  private boolean hasDeletedOutput;

  /** A batch that was seen to be terminal, with its files' text; empty when it has none. */
  record Ended(Batch batch, String output, String error) {}

  CrashClient(CrashScenario scenario, CrashClock clock, CrashWitness witness, long seed) {
    this.scenario = scenario;
    this.clock = clock;
    this.witness = witness;
    this.random = new SplittableRandom(seed);
  }

  /** Makes the next request if it is time for one; false if not. */
  boolean act(Tier tier, CrashLife life) throws IOException {
    var stores =
        new ApiStores(tier.stores(), tier.objects(), DiskSpace.ENDLESS, new NewIds(random), clock);
    if (input == null) {
      input = upload(new Files(stores, ApiLimits.DEFAULT));
      return true;
    }
    Batches batches =
        new Batches(
            stores,
            life.runner(),
            ApiLimits.DEFAULT,
            new Accounts(tier.stores().ledger(), Terms.NONE, stores.clock()));
    if (batch == null) {
      batch = create(tier, batches, input);
      return true;
    }
    if (!hasActed && witness.asked() >= scenario.callsBefore) {
      doOwnPart(tier, batches, life);
      hasActed = true;
      return true;
    }
    if (ended != null && scenario == CrashScenario.FILES_DELETED && !hasDeletedOutput) {
      deleteOutput(tier, ended.batch());
      hasDeletedOutput = true;
      return true;
    }
    return false;
  }

  /** Asks how the batch is; true if it has ended since the last time. */
  boolean look(Tier tier) throws IOException {
    if (ended == null && batch != null) {
      Batch row = tier.stores().batches().batch(PROJECT, batch).orElseThrow();
      if (row.status().isTerminal()) {
        ended = read(tier, row);
        return true;
      }
    }
    return false;
  }

  boolean isDone() {
    return ended != null && (scenario != CrashScenario.FILES_DELETED || hasDeletedOutput);
  }

  Ended ended() {
    if (ended == null) {
      throw new AssertionError("the batch has not ended");
    }
    return ended;
  }

  /** What was terminal once is so for good, and its files have the bytes that they had. */
  void checkUnchanged(Tier tier) throws IOException {
    if (ended != null) {
      Batch row = tier.stores().batches().batch(PROJECT, ended.batch().id()).orElseThrow();
      if (!read(tier, row).equals(ended)) {
        throw new AssertionError("was %s, is %s".formatted(ended, read(tier, row)));
      }
    }
  }

  boolean seesOutput(Tier tier) {
    FileId file = ended().batch().outputFileId();
    return file != null && tier.stores().files().file(PROJECT, file).isPresent();
  }

  // ---- requests

  private FileId upload(Files files) throws IOException {
    try (var upload = files.begin(PROJECT)) {
      upload.write(scenario.input().getBytes(StandardCharsets.UTF_8));
      return upload.finish(new Form("in.jsonl", "batch", Map.of())).id();
    }
  }

  /** The answer to an earlier creation may be lost, and the batch not: its key finds it. */
  private BatchId create(Tier tier, Batches batches, FileId file) {
    String request =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
            .formatted(file);
    var submission = new RetryHeaders("only", null, null);
    Batches.Submitted submitted =
        batches.create(PROJECT, JsonMapper.shared().readTree(request), submission);
    assertThat(tier.stores().batches().batches(new BatchQuery(PROJECT, null, 2))).hasSize(1);
    return submitted.batch().batch().id();
  }

  private void doOwnPart(Tier tier, Batches batches, CrashLife life) {
    String id = String.valueOf(batch);
    switch (scenario) {
      case CANCELLED_WHILE_VALIDATING -> batches.cancel(PROJECT, id);
      case CANCELLED_WHILE_RUNNING -> {
        batches.cancel(PROJECT, id);
        life.hangUp();
      }
      case EXPIRES -> {
        Batch row = tier.stores().batches().batch(PROJECT, new BatchId(id)).orElseThrow();
        clock.advanceTo(row.stamps().deadlineMillis());
      }
      case FILES_DELETED -> tier.stores().files().deleteFile(PROJECT, file(input));
      case RUNS_TO_ITS_END, INVALID_INPUT -> throw new AssertionError("has no part of its own");
    }
  }

  private void deleteOutput(Tier tier, Batch row) {
    tier.stores().files().deleteFile(PROJECT, file(row.outputFileId()));
  }

  private static FileId file(@Nullable FileId id) {
    if (id == null) {
      throw new AssertionError("there is no such file");
    }
    return id;
  }

  private static Ended read(Tier tier, Batch row) throws IOException {
    return new Ended(row, text(tier, row.outputFileId()), text(tier, row.errorFileId()));
  }

  private static String text(Tier tier, @Nullable FileId id) throws IOException {
    if (id == null) {
      return "";
    }
    var content = tier.stores().files().content(id).orElseThrow();
    try (var reader = ContentReader.forward(tier.objects(), content)) {
      return new String(reader.read(0, Math.toIntExact(content.bytes())), StandardCharsets.UTF_8);
    }
  }
}
