import java.util.List;
import java.util.stream.Collectors;

/** What the rounds of a scenario found, each its p95 in milliseconds. */
record NeighbourRounds(List<Double> without, List<Double> with) {
  static double p95(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * 95 / 100));
  }

  static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  static String text(List<Double> values) {
    return values.stream().map("%.0f"::formatted).collect(Collectors.joining(" "));
  }
}
