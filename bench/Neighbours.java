import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.sim.answer.TokenCounter.UsageCount;
import dev.nightjar.store.local.LocalStores;
import dev.nightjar.store.sqlite.SqliteStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Measures what disturbances of one project cost another. */
final class Neighbours {
  static final Map<String, Supplier<Neighbour>> SCENARIOS = new LinkedHashMap<>();

  static {
    SCENARIOS.put("webhooks", NeighbourWebhooks::new);
    SCENARIOS.put("uploads", NeighbourUploads::new);
    SCENARIOS.put("sweep", NeighbourSweep::new);
    SCENARIOS.put("filters", NeighbourFilters::new);
    SCENARIOS.put("validation", NeighbourValidation::new);
  }

  private static final Logger HELIDON = Logger.getLogger("io.helidon");
  private static final double TIMES_MAX = 1.5;
  private static final double MORE_MAX_MS = 20;
  private static final int IN_FLIGHT = 64;
  private static final int WARM_UP_MS = 3_000;

  /** So long a disturbance goes on before anything is measured. */
  private static final int SETTLE_MS = 1_000;

  private static final int BETWEEN_OPERATIONS_MS = 10;

  /** So long a disturbance may take to end by itself. */
  private static final int CALM_MS = 20_000;

  private final Path work;
  private final int rounds;
  private final int seconds;
  private final Path results;

  private Neighbours(Path work, int rounds, int seconds, Path results) {
    this.work = work;
    this.rounds = rounds;
    this.seconds = seconds;
    this.results = results;
  }

  public static void main(String[] args) throws Exception {
    HELIDON.setLevel(Level.WARNING);
    int rounds = Integer.parseInt(System.getenv().getOrDefault("ROUNDS", "5"));
    int seconds = Integer.parseInt(System.getenv().getOrDefault("SECONDS_EACH", "8"));
    Path results = Path.of(System.getenv().getOrDefault("RESULTS", "target/neighbours.txt"));
    var named = List.of(args).subList(1, args.length);
    var chosen = named.isEmpty() ? List.copyOf(SCENARIOS.keySet()) : named;
    if (!SCENARIOS.keySet().containsAll(chosen)) {
      System.err.println("neighbours: there are " + SCENARIOS.keySet());
      System.exit(2);
    }
    var all = new Neighbours(Path.of(args[0]), rounds, seconds, results);
    System.exit(all.run(chosen) ? 0 : 1);
  }

  private boolean run(List<String> names) throws Exception {
    boolean isGood = true;
    var table = new ArrayList<String>();
    table.add(
        "%-12s %10s %10s %8s  %s"
            .formatted("p95 in ms", "without", "with", "times", "rounds without / with"));
    for (String name : names) {
      NeighbourRounds found = scenario(name, SCENARIOS.get(name).get());
      double without = NeighbourRounds.median(found.without());
      double with = NeighbourRounds.median(found.with());
      boolean isHeld = with <= Math.max(TIMES_MAX * without, without + MORE_MAX_MS);
      isGood &= isHeld;
      table.add(
          "%-12s %10.1f %10.1f %8.2f  %s / %s%s"
              .formatted(
                  name,
                  without,
                  with,
                  with / without,
                  NeighbourRounds.text(found.without()),
                  NeighbourRounds.text(found.with()),
                  isHeld ? "" : "  VIOLATION"));
      System.out.println(table.getLast());
    }
    System.out.println();
    table.forEach(System.out::println);
    Files.createDirectories(results.toAbsolutePath().getParent());
    Files.write(
        results,
        List.of(
            "%s, %d rounds of %d s".formatted(Instant.now(), rounds, seconds),
            String.join("\n", table),
            ""),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return isGood;
  }

  private NeighbourRounds scenario(String name, Neighbour scenario) throws Exception {
    Path folder = Files.createDirectories(work.resolve(name));
    Files.copy(work.resolve("nightjar.jar"), folder.resolve("nightjar.jar"));
    Files.writeString(folder.resolve("nightjar.yaml"), "stop_grace: 1s\n" + scenario.settings());
    Path data = folder.resolve("data");
    try (var sim =
        SimServer.start(SimOptions.defaults().withUsage(UsageCount.FAST))) {
      // A first start makes the directory, and the class archive.
      KillServer first = KillServer.start(folder, sim.url(), IN_FLIGHT, "first");
      first.ready();
      first.stop();
      try (var keys = new NeighbourKeys(SqliteStores.open(
                      data.resolve("meta.db"), LocalStores.NODE, InstantSource.system()))) {
        keys.of("ours");
        keys.of("theirs");
        scenario.seed(keys, data);
        KillServer server = KillServer.start(folder, sim.url(), IN_FLIGHT, "run");
        try {
          var world = new NeighbourWorld(server.ready().base(), keys, data);
          scenario.prepare(world);
          return rounds(name, scenario, world);
        } finally {
          server.stop();
        }
      }
    }
  }

  private NeighbourRounds rounds(String name, Neighbour scenario, NeighbourWorld world)
      throws Exception {
    measure(scenario, world, WARM_UP_MS);
    var found = new NeighbourRounds(new ArrayList<>(), new ArrayList<>());
    for (int round = 1; round <= rounds; round++) {
      found.without().add(measure(scenario, world, seconds * 1_000));
      found.with().add(disturbed(name, scenario, world));
      System.out.printf(
          "%s %d/%d: p95 %.1f ms without, %.1f ms with%n",
          name, round, rounds, found.without().getLast(), found.with().getLast());
    }
    return found;
  }

  private double disturbed(String name, Neighbour scenario, NeighbourWorld world)
      throws Exception {
    world.setCalm(false);
    var failure = new Exception[1];
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .start(() -> {
              try {
                scenario.disturb(world);
              } catch (Exception e) {
                failure[0] = e;
              }
            });
    NeighbourWorld.pause(SETTLE_MS);
    double p95;
    try {
      p95 = measure(scenario, world, seconds * 1_000);
    } finally {
      world.setCalm(true);
      thread.join(CALM_MS);
      thread.interrupt();
      thread.join();
    }
    if (failure[0] != null && !(failure[0] instanceof InterruptedException)) {
      throw new IllegalStateException("the disturbance " + name + " failed", failure[0]);
    }
    return p95;
  }

  /** The p95 of operations one after the other. */
  private static double measure(Neighbour scenario, NeighbourWorld world, long millis)
      throws Exception {
    var found = new ArrayList<Double>();
    long until = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < until) {
      found.add(scenario.operation(world));
      NeighbourWorld.pause(BETWEEN_OPERATIONS_MS);
    }
    return NeighbourRounds.p95(found);
  }
}
