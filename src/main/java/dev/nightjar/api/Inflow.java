package dev.nightjar.api;

import java.util.HashMap;
import java.util.Map;

/**
 * What is being uploaded and in no row yet: each upload reserves its bytes here before it writes
 * them, so that many at once do not pass together what none may pass alone. Any thread.
 */
final class Inflow {
  /** What an upload reserves at once while there is plenty. */
  private static final long BLOCK = 1 << 20;

  /** Room for fewer blocks is not plenty: then nobody takes more than it needs. */
  private static final int PLENTY = 64;

  private final Map<String, Long> held = new HashMap<>();
  private long unwritten;

  /** By all uploads of a project. */
  synchronized long held(String project) {
    return held.getOrDefault(project, 0L);
  }

  /** Reserved and not yet written, so that the disk does not know of it. */
  synchronized long unwritten() {
    return unwritten;
  }

  /**
   * Reserves at least so many bytes.
   *
   * @param projectRoom what the project may store beyond its rows
   * @param diskRoom what may be written to the disk as it is
   * @return how many; 0 if there is no room for {@code least}
   */
  synchronized long reserve(String project, long least, long projectRoom, long diskRoom) {
    long room = Math.min(projectRoom - held.getOrDefault(project, 0L), diskRoom - unwritten);
    if (room < least) {
      return 0;
    }
    long taken = room / PLENTY < BLOCK ? least : Math.max(least, BLOCK);
    held.merge(project, taken, Long::sum);
    unwritten += taken;
    return taken;
  }

  synchronized void wrote(long bytes) {
    unwritten -= bytes;
  }

  /** Gives back what an upload had reserved, of which {@code left} was never told as written. */
  synchronized void release(String project, long reserved, long left) {
    held.computeIfPresent(project, (_, bytes) -> bytes == reserved ? null : bytes - reserved);
    unwritten -= left;
  }
}
