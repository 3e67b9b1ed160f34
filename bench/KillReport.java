import dev.nightjar.sim.SimCounters;
import java.util.List;
import java.util.Map;

/** The table at the end. */
record KillReport(KillCheck check, KillFindings findings, SimCounters upstream, long repeatsMax) {
  private static final int SHOWN = 20;

  /** True if nothing is wrong. */
  boolean print(Map<Kill.Phase, Integer> reached, List<String> violations, double seconds) {
    long repeated = upstream.worked().values().stream().mapToLong(times -> times - 1).sum();
    if (repeated > repeatsMax) {
      violations.add("%d calls made again, %d allowed".formatted(repeated, repeatsMax));
    }
    System.out.printf("%nkills at        %s%n", reached);
    System.out.printf("kills that left %s%n", findings.found());
    System.out.printf("batches         %s%n", check.ended);
    System.out.printf(
        "lines           %,d: %,d answered, %,d failed, %,d unexecuted%n",
        check.lines, check.answered, check.failed, check.unexecuted);
    System.out.printf(
        "calls           %,d, of them %,d worked on to a whole answer%n",
        upstream.received(), repeated + upstream.worked().size());
    System.out.printf("time            %.0f s%n%n", seconds);
    System.out.printf("%-22s %10s %10s%n", "", "found", "allowed");
    row("lost", check.lost, 0);
    row("duplicated", check.duplicated, 0);
    row("mismatched", check.mismatched, 0);
    row("out of order", check.disordered, 0);
    row("wrong counts", check.wrongCounts, 0);
    row("wrong usage", check.wrongUsage, 0);
    row("wrong charges", check.wrongLedger, 0);
    row("wrong end", check.wrongStates, 0);
    row("re-sent by kills", repeated, repeatsMax);
    row("violations in all", violations.size(), 0);
    violations.stream().limit(SHOWN).forEach(violation -> System.out.println("  " + violation));
    return violations.isEmpty();
  }

  private static void row(String what, long found, long allowed) {
    System.out.printf("%-22s %,10d %,10d%n", what, found, allowed);
  }
}
