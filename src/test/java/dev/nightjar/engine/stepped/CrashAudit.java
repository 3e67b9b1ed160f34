package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.stepped.CrashWitness.Offered;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.FileStore.FileQuery;
import dev.nightjar.store.LedgerStore.LedgerEntry;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Tier;
import java.io.IOException;
import java.time.LocalDate;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks what must hold after any death: the promises of the README, one by one. */
final class CrashAudit {
  private static final Pattern CUSTOM_ID = Pattern.compile("\"custom_id\":\"row-(\\d+)\"");

  private final CrashWorld world;
  private final BitSet seen = new BitSet();
  private long executedErrors;
  private Usage usage = Usage.NONE;

  private CrashAudit(CrashWorld world) {
    this.world = world;
  }

  /** At any time: what a row names is there, and has the length that the row says. */
  static void rowsHaveTheirObjects(Tier tier) throws IOException {
    for (Piece piece : pieces(tier)) {
      try (ObjectStore.Reader object = tier.objects().open(piece.key())) {
        assertThat(object.length()).as("object %s", piece.key()).isEqualTo(piece.bytes());
      }
    }
  }

  /** After a life without deaths and deletions: no object is there that no row names. */
  static void nothingIsLeftOver(Tier tier, CrashWorld world) throws IOException {
    if (world.scenario() != CrashScenario.FILES_DELETED) {
      assertThat(tier.objects().list(""))
          .extracting(ObjectStore.Entry::key)
          .containsExactlyInAnyOrderElementsOf(pieces(tier).stream().map(Piece::key).toList());
    }
  }

  private static List<Piece> pieces(Tier tier) {
    var all = new FileQuery("default", null, null, Integer.MAX_VALUE, true);
    return tier.stores().files().files(all).stream()
        .flatMap(file -> tier.stores().files().content(file.id()).orElseThrow().pieces().stream())
        .toList();
  }

  /** Once the batch has ended. */
  static void check(Tier tier, CrashWorld world) throws IOException {
    new CrashAudit(world).run(tier);
  }

  private void run(Tier tier) throws IOException {
    CrashScenario scenario = world.scenario();
    Batch batch = world.client().ended().batch();
    assertThat(batch.status()).isEqualTo(scenario.end);
    rowsHaveTheirObjects(tier);
    world.client().checkUnchanged(tier);
    assertThat(tier.stores().batches().unfinished()).isEmpty();
    assertThat(tier.stores().chunks().unsealed()).isEmpty();
    if (!scenario.hasFiles()) {
      assertThat(batch.counts()).isEqualTo(RequestCounts.NONE);
      assertThat(batch.outputFileId()).isNull();
      assertThat(batch.errorFileId()).isNull();
      assertThat(world.witness().asked()).isZero();
      return;
    }
    List<String> output = world.client().ended().output().lines().toList();
    List<String> error = world.client().ended().error().lines().toList();
    checkFile(output, true);
    checkFile(error, false);
    assertThat(seen.cardinality()).as("lines of both files").isEqualTo(CrashScenario.LINES);
    assertThat(batch.counts())
        .isEqualTo(new RequestCounts(CrashScenario.LINES, output.size(), executedErrors));
    assertThat(batch.usage()).isEqualTo(usage);
    checkLedger(tier, output.size());
    boolean isOutputDeleted = scenario == CrashScenario.FILES_DELETED;
    assertThat(world.client().seesOutput(tier)).isEqualTo(!isOutputDeleted);
  }

  /** What is charged is what the output file holds: nothing twice, nothing forgotten. */
  private void checkLedger(Tier tier, int answered) {
    List<LedgerEntry> ledger = tier.stores().ledger().ledger(null, LocalDate.EPOCH, LocalDate.MAX);
    assertThat(ledger.stream().mapToLong(LedgerEntry::requests).sum()).isEqualTo(answered);
    assertThat(ledger.stream().map(LedgerEntry::usage).reduce(Usage.NONE, Usage::plus))
        .isEqualTo(usage);
  }

  /** Each line once, in input order, with an answer that is its own. */
  private void checkFile(List<String> lines, boolean isOutput) {
    int last = -1;
    for (String text : lines) {
      int line = number(text);
      assertThat(line).as("lines are in input order").isGreaterThan(last);
      assertThat(seen.get(line)).as("line %d is there twice", line).isFalse();
      last = line;
      seen.set(line);
      if (isUnexecuted(text)) {
        assertThat(isOutput).isFalse();
        assertThat(world.witness().promised(line)).as("answer of line %d was safe", line).isNull();
      } else {
        checkAnswer(line, text, isOutput);
      }
    }
  }

  private void checkAnswer(int line, String text, boolean isOutput) {
    Offered promised = world.witness().promised(line);
    Offered answer =
        promised != null
            ? promised
            : world.witness().offered(line).stream()
                .filter(offered -> offered.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody answered line " + line + text));
    assertThat(text).as("answer of line %d", line).isEqualTo(answer.text());
    assertThat(text).contains("question %d.".formatted(line));
    assertThat(answer.isSuccess()).isEqualTo(isOutput).isEqualTo(!PlannedUpstream.isRefused(line));
    usage = usage.plus(answer.usage());
    executedErrors += isOutput ? 0 : 1;
  }

  private boolean isUnexecuted(String text) {
    return world.scenario().stopsEarly()
        && (text.contains("\"code\":\"batch_cancelled\"")
            || text.contains("\"code\":\"batch_expired\""));
  }

  private static int number(String text) {
    Matcher id = CUSTOM_ID.matcher(text);
    if (!id.find()) {
      throw new AssertionError("no custom_id of ours: " + text);
    }
    return Integer.parseInt(id.group(1));
  }
}
