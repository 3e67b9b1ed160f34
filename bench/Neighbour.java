import java.nio.file.Path;

/**
 * A disturbance, and what another project does meanwhile. Each has a data directory and a server of
 * its own. To add one, implement this and name it in {@link Neighbours#SCENARIOS}.
 */
interface Neighbour {
  /** Lines for the settings file of the server. */
  default String settings() {
    return "";
  }

  /** Fills the data directory before the server starts. */
  default void seed(NeighbourKeys keys, Path data) throws Exception {}

  /** Once, before the first round: what both kinds of rounds need. */
  default void prepare(NeighbourWorld world) throws Exception {}

  /** Goes on until {@link NeighbourWorld#isCalm} or it is interrupted, in a thread of its own. */
  void disturb(NeighbourWorld world) throws Exception;

  /** One operation of the other project; the milliseconds that count. */
  double operation(NeighbourWorld world) throws Exception;

  static double since(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }
}
