package dev.nightjar.engine.stepped;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.OneLine;
import dev.nightjar.batch.Usage;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.testing.ForwardingAnswerLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees what the server says and does, over all its lives, and remembers what it has promised: an
 * answer whose append has returned is safe, so its line is never asked for again and the answer
 * never changes.
 */
final class CrashWitness {
  /** Asks by line, over all lives. */
  private final Map<Integer, Integer> asks = new TreeMap<>();

  /** What each line was offered to the log with; an append that never returned may have worked. */
  private final Map<Integer, List<Offered>> offered = new HashMap<>();

  /** The first that was durable. */
  private final Map<Integer, Offered> promised = new HashMap<>();

  private final Map<ChunkId, Long> firstLines = new HashMap<>();
  private int asked;
  private @Nullable String complaint;

  /** A finished line of a file. */
  record Offered(String text, boolean isSuccess, Usage usage) {}

  /** How often this line has been asked for, this time included. */
  int asked(int line, boolean isOwner) {
    if (isOwner && promised.containsKey(line)) {
      complaint = "line %d is asked for again, its answer was safe".formatted(line);
    }
    asked++;
    return asks.merge(line, 1, Integer::sum);
  }

  int asked() {
    return asked;
  }

  /**
   * What it cannot throw from where it sees it: a call turns all that it catches into an attempt.
   */
  void checkSatisfied() {
    if (complaint != null) {
      throw new AssertionError(complaint);
    }
  }

  void claimed(Chunk chunk) {
    firstLines.put(chunk.id(), chunk.firstLine());
  }

  @Nullable Offered promised(int line) {
    return promised.get(line);
  }

  List<Offered> offered(int line) {
    return offered.computeIfAbsent(line, _ -> new ArrayList<>());
  }

  AnswerLog watch(AnswerLog log, ObjectStore objects) {
    return new Watched(log, objects, this);
  }

  private record Watched(AnswerLog inner, ObjectStore objects, CrashWitness witness)
      implements ForwardingAnswerLog {
    @Override
    public Set<ChunkId> append(List<Entry> group) throws IOException {
      for (Entry entry : group) {
        witness.offered(witness.line(entry)).add(whole(entry.answer(), objects));
      }
      Set<ChunkId> refused = inner.append(group);
      for (Entry entry : group) {
        if (!refused.contains(entry.chunk())) {
          witness.promise(witness.line(entry), whole(entry.answer(), objects));
        }
      }
      return refused;
    }
  }

  private void promise(int line, Offered answer) {
    promised.putIfAbsent(line, answer);
  }

  private int line(AnswerLog.Entry entry) {
    Long first = firstLines.get(entry.chunk());
    if (first == null) {
      throw new AssertionError("an answer for a chunk that nobody claimed: " + entry);
    }
    return Math.toIntExact(first + entry.line());
  }

  private static Offered whole(Answer answer, ObjectStore objects) throws IOException {
    var text = new ByteArrayOutputStream();
    answer.head().writeTo(text);
    if (answer.spool() != null) {
      try (var spool = objects.open(answer.spool());
          var line = new OneLine(text)) {
        spool.stream(0, spool.length()).transferTo(line);
      }
      answer.tail().writeTo(text);
    }
    return new Offered(text.toString(StandardCharsets.UTF_8), answer.isSuccess(), answer.usage());
  }
}
