import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.sim.answer.TokenCounter.UsageCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The kill campaign. The simulated upstream lives in this process and sees every call; the server
 * is another process, started and killed once a round, on one data directory throughout. Batches go
 * on across rounds; new ones are made as old ones end. After the last round all run to their end
 * and {@link KillCheck} compares.
 */
final class Kill {
  private static final String ERRORS =
      "400=0.1,429=0.5,500=0.5,503=0.3,reset=0.5,hang=0.05,truncated=0.4,garbage=0.3,pretty=0.3,u2028=0.2";
  private static final int OPEN_BATCHES = 8;

  /** With more lines than this still to do, the largest batch is cancelled. */
  private static final int BACKLOG_LINES = 12_000;

  private static final Logger HELIDON = Logger.getLogger("io.helidon");
  private static final long PHASE_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final long END_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** When a round's kill comes; a few random milliseconds are added. */
  enum Phase {
    STARTING,
    ANY_TIME,
    UPLOADING,
    VALIDATING,
    MIDDLE,
    SEALING,
    NEAR_END,
    FINALIZING,
    CANCELLING
  }

  private final Path work;
  private final int rounds;
  private final int inFlight;
  private final Random random;
  private final SimServer sim;
  private final List<KillBatch> batches = new CopyOnWriteArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<Phase, Integer> reached = new EnumMap<>(Phase.class);
  private final KillFindings findings;
  private long startMillis = 2_000;
  private volatile boolean isUploading;
  private volatile boolean isCreated;

  private Kill(Path work, int rounds, int inFlight, long seed) {
    this.work = work;
    this.rounds = rounds;
    this.inFlight = inFlight;
    this.random = new Random(seed);
    this.findings = new KillFindings(work.resolve("data"));
    this.sim =
        SimServer.start(
            SimOptions.defaults()
                .withSeed(seed)
                .withUsage(UsageCount.FAST)
                .withLatency(Latency.parse("latency", "20ms..40ms"))
                .withErrors(ErrorRates.parse(ERRORS))
                .withRecordRequests(true));
  }

  public static void main(String[] args) throws Exception {
    HELIDON.setLevel(Level.WARNING);
    int rounds = Integer.parseInt(System.getenv().getOrDefault("ROUNDS", "20"));
    int inFlight = Integer.parseInt(System.getenv().getOrDefault("IN_FLIGHT", "64"));
    long seed =
        Long.parseLong(
            System.getenv().getOrDefault("SEED", Long.toString(System.nanoTime() % 1_000_000)));
    System.out.printf(
        "kill: %d rounds, seed %d, %d in flight, errors %s%n", rounds, seed, inFlight, ERRORS);
    System.exit(new Kill(Path.of(args[0]), rounds, inFlight, seed).run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    long begun = System.nanoTime();
    warmUp();
    var phases = phases();
    for (int round = 1; round <= rounds; round++) {
      round(round, phases.get(round - 1));
    }
    System.out.printf("all batches run to their end …%n");
    KillServer server = KillServer.start(work, sim.url(), inFlight, "last");
    Bench api = server.ready();
    adoptUnknown(api);
    awaitEnd(api);
    var check = new KillCheck(api, batches, violations);
    check.run();
    int code = server.stop();
    if (code != 0) {
      violations.add("after SIGTERM the server ends with " + code);
    }
    findings.log("last", server.said(), violations);
    sim.close();
    return new KillReport(
            check, findings, sim.counters(), (long) rounds * (inFlight + inFlight / 4))
        .print(reached, violations, (System.nanoTime() - begun) / 1e9);
  }

  /** A start that is ended in peace: it leaves the class archive that makes the others cheap. */
  private void warmUp() throws Exception {
    KillServer server = KillServer.start(work, sim.url(), inFlight, "0");
    server.ready().get("/batches");
    server.stop();
  }

  /** Each phase as often as any other, in random order. */
  private List<Phase> phases() {
    var phases = new ArrayList<Phase>();
    while (phases.size() < rounds) {
      var once = new ArrayList<>(List.of(Phase.values()));
      Collections.shuffle(once, random);
      phases.addAll(once);
    }
    return phases;
  }

  private void round(int round, Phase phase) throws Exception {
    long begun = System.nanoTime();
    long received = sim.counters().received();
    KillServer server = KillServer.start(work, sim.url(), inFlight, Integer.toString(round));
    boolean isReached = true;
    if (phase == Phase.STARTING) {
      pause(random.nextLong(startMillis + 200));
    } else {
      Bench api = server.ready();
      startMillis = (System.nanoTime() - begun) / 1_000_000;
      accepted(api);
      isReached = work(server, api, phase);
    }
    if (!server.kill()) {
      violations.add("round %d: the server ended by itself: %s".formatted(round, server.said()));
    }
    findings.killed(round, server.said(), violations);
    if (isReached) {
      reached.merge(phase, 1, Integer::sum);
    }
    System.out.printf(
        "round %d/%d: killed %s %s after %.1f s, %d calls; %d batches open, %d ended%s%n",
        round,
        rounds,
        isReached ? "at" : "without",
        phase.name().toLowerCase().replace('_', ' '),
        (System.nanoTime() - begun) / 1e9,
        sim.counters().received() - received,
        batches.stream().filter(KillBatch::isOpen).count(),
        batches.stream().filter(KillBatch::isEnded).count(),
        violations.isEmpty() ? "" : "; VIOLATIONS " + violations.size());
  }

  /** What was answered before the kill must be there after it. */
  private void accepted(Bench api) throws Exception {
    for (KillBatch batch : batches) {
      if (batch.fileId != null && !batch.isChecked) {
        KillCheck.isThere(api, "/files/" + batch.fileId, "upload of " + batch.name, violations);
        if (batch.id != null) {
          KillCheck.isThere(api, "/batches/" + batch.id, "batch " + batch.name, violations);
        }
        batch.isChecked = true;
      }
    }
  }

  /** Keeps batches coming until the phase is there; false if it did not come in time. */
  private boolean work(KillServer server, Bench api, Phase phase) throws Exception {
    isUploading = false;
    isCreated = false;
    boolean wantsLarge = phase == Phase.UPLOADING || phase == Phase.VALIDATING;
    Thread feeder = Thread.ofVirtual().start(() -> feed(server, api, wantsLarge));
    long until = System.nanoTime() + PHASE_NANOS;
    long anyTime = System.nanoTime() + random.nextLong(TimeUnit.MILLISECONDS.toNanos(2_500));
    boolean isReached = false;
    try {
      while (!isReached && System.nanoTime() < until && server.isAlive()) {
        if (!wantsLarge) {
          refresh(api);
        }
        isReached = isReached(api, phase, anyTime);
        pause(wantsLarge ? 0 : 2);
      }
      pauseMicros(random.nextInt(spreadMicros(phase)));
    } catch (IOException e) {
      violations.add("the server does not answer: " + e);
    } finally {
      server.kill();
      feeder.join();
    }
    return isReached;
  }

  private boolean isReached(Bench api, Phase phase, long anyTime) throws Exception {
    return switch (phase) {
      case STARTING, ANY_TIME -> System.nanoTime() > anyTime;
      case UPLOADING -> isUploading;
      case VALIDATING -> isCreated;
      case MIDDLE -> running().anyMatch(batch -> share(batch) > 0.3 && share(batch) < 0.7);
      case SEALING -> findings.isWriting() && !isUploading;
      case NEAR_END -> running().anyMatch(batch -> share(batch) > 0.9);
      case FINALIZING ->
          running()
              .anyMatch(batch -> batch.done == batch.lines || batch.status.equals("finalizing"));
      case CANCELLING -> cancel(api, running().filter(batch -> batch.done > 0).findFirst());
    };
  }

  private static int spreadMicros(Phase phase) {
    return switch (phase) {
      case SEALING, FINALIZING -> 8_000;
      case UPLOADING, VALIDATING -> 80_000;
      case CANCELLING -> 400_000;
      case STARTING, ANY_TIME, MIDDLE, NEAR_END -> 50_000;
    };
  }

  private Stream<KillBatch> running() {
    return batches.stream()
        .filter(batch -> batch.isOpen() && batch.lines >= 10 && !batch.isCancelAsked)
        .filter(batch -> batch.kind != KillBatch.Kind.BROKEN);
  }

  private static double share(KillBatch batch) {
    return (double) batch.done / batch.lines;
  }

  private void refresh(Bench api) throws Exception {
    for (KillBatch batch : batches) {
      if (batch.isOpen()) {
        read(batch, JsonMapper.shared().readTree(api.get("/batches/" + batch.id)));
      }
    }
  }

  private static void read(KillBatch batch, JsonNode json) {
    JsonNode counts = json.path("request_counts");
    batch.done = counts.path("completed").asLong() + counts.path("failed").asLong();
    batch.status = json.path("status").asString();
  }

  // ---- what clients do meanwhile; ends with the server

  private void feed(KillServer server, Bench api, boolean wantsLarge) {
    try {
      if (wantsLarge) {
        submit(api, new KillBatch("b" + batches.size(), KillBatch.Kind.CHAT, 3_000));
      }
      while (server.isAlive()) {
        long backlog =
            batches.stream().filter(KillBatch::isOpen).mapToLong(b -> b.lines - b.done).sum();
        if (backlog > BACKLOG_LINES) {
          cancel(api, running().max(Comparator.comparingLong(b -> b.lines - b.done)));
        } else if (batches.stream().filter(KillBatch::isOpen).count() < OPEN_BATCHES) {
          submit(api, next());
        }
        pause(10);
      }
    } catch (Exception e) {
      // The server was killed: what was under way has an unknown outcome.
    }
  }

  private KillBatch next() {
    String name = "b" + batches.size();
    int dice = random.nextInt(20);
    if (dice == 0) {
      return new KillBatch(name, KillBatch.Kind.BROKEN, 200);
    }
    if (dice <= 2) {
      return new KillBatch(name, KillBatch.Kind.LARGE, 3 + random.nextInt(10));
    }
    int[] most = {1, 30, 300, 1_500, 6_000};
    return new KillBatch(
        name, KillBatch.Kind.CHAT, 1 + random.nextInt(most[random.nextInt(most.length)]));
  }

  private void submit(Bench api, KillBatch batch) throws Exception {
    batches.add(batch);
    byte[] input = batch.input();
    isUploading = true;
    batch.fileId = api.upload(input);
    isUploading = false;
    batch.isCreateUnknown = true;
    String created =
        api.post(
            "/batches",
            "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\",\"metadata\":{\"name\":\"%s\"}}"
                .formatted(batch.fileId, batch.endpoint(), batch.name));
    batch.id = JsonMapper.shared().readTree(created).path("id").asString();
    isCreated = true;
  }

  private boolean cancel(Bench api, Optional<KillBatch> chosen) throws Exception {
    if (chosen.isEmpty()) {
      return false;
    }
    KillBatch batch = chosen.get();
    batch.isCancelAsked = true;
    try {
      String answer = api.post("/batches/" + batch.id + "/cancel", "");
      // One that is finalizing goes on to its end.
      batch.isCancelAnswered =
          JsonMapper.shared().readTree(answer).path("status").asString().startsWith("cancel");
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("answers 409")) {
        throw e;
      }
      // It has ended meanwhile.
    }
    return true;
  }

  // ---- the end

  /** Batches whose create was killed before its answer: there or not, but if there then whole. */
  private void adoptUnknown(Bench api) throws Exception {
    String after = "";
    JsonNode page;
    do {
      page = JsonMapper.shared().readTree(api.get("/batches?limit=100" + after));
      for (JsonNode found : page.path("data")) {
        String name = found.at("/metadata/name").asString();
        KillBatch batch =
            batches.stream().filter(known -> known.name.equals(name)).findFirst().orElseThrow();
        String id = found.path("id").asString();
        if (batch.id == null && batch.isCreateUnknown) {
          batch.id = id;
        } else if (!id.equals(batch.id)) {
          violations.add("batch %s of %s was never asked for".formatted(id, name));
        }
      }
      after = "&after=" + page.path("last_id").asString();
    } while (page.path("has_more").asBoolean());
  }

  private void awaitEnd(Bench api) throws Exception {
    long until = System.nanoTime() + END_NANOS;
    while (batches.stream().anyMatch(KillBatch::isOpen) && System.nanoTime() < until) {
      refresh(api);
      pause(50);
    }
  }

  private static void pause(long millis) {
    pauseMicros(millis * 1_000);
  }

  private static void pauseMicros(long micros) {
    long until = System.nanoTime() + micros * 1_000;
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }
}
