package dev.nightjar.engine.core;

import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * The lines of which a call or an append is under way, or that are not judged. Engine thread only.
 */
final class UnderWay implements Serializable {
  private final Map<LineId, Line> lines = new HashMap<>();

  void add(Line line) {
    lines.put(line.id(), line);
  }

  Line take(LineId id) {
    Line line = lines.remove(id);
    if (line == null) {
      throw new IllegalStateException("nothing is under way for line " + id);
    }
    return line;
  }
}
