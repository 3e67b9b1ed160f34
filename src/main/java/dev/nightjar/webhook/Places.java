package dev.nightjar.webhook;

import java.util.HashMap;
import java.util.Map;

/**
 * A few places that projects share. Some are kept for projects that hold none, one for each; of the
 * rest a project may hold as many as it leaves free, half of them when it is alone. So whatever
 * some projects hold for however long, there is one for the next. Any thread.
 */
public final class Places {
  private final int kept;
  private final Map<String, Integer> held = new HashMap<>();
  private int free;

  public Places(int all, int kept) {
    this.free = all;
    this.kept = kept;
  }

  public synchronized boolean hasRoom(String project) {
    int have = held.getOrDefault(project, 0);
    return have == 0 ? free > 0 : have < free - kept;
  }

  /** Takes one if there is room; it is to be given back. */
  public synchronized boolean take(String project) {
    if (!hasRoom(project)) {
      return false;
    }
    held.merge(project, 1, Integer::sum);
    free--;
    return true;
  }

  public synchronized void giveBack(String project) {
    held.computeIfPresent(project, (_, count) -> count == 1 ? null : count - 1);
    free++;
  }
}
