package dev.nightjar.engine;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.store.sqlite.SqliteMetaStore;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.ForwardingMetaStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The real stores of one life, opened as the server opens them, on a disk that may be cut off. */
record CrashStores(MetaStore meta, AnswerLog log, ObjectStore objects) implements AutoCloseable {
  private static final int SEGMENT_BYTES = 12_000;

  /** Chunks of sixteen lines are joined, five at a time: a batch of 200 lines has three. */
  private static final int JOINED = 5;

  static CrashStores open(Path directory, CrashBugs bugs, CrashPoints points, CrashWitness witness)
      throws IOException {
    var meta = new SqliteMetaStore(directory.resolve("meta.db"));
    try {
      var objects = new FileObjectStore(directory.resolve("objects"), bugs.disk());
      var log =
          new JournalAnswerLog(
              directory.resolve("journal"), meta.unsealed(), SEGMENT_BYTES, bugs.disk());
      AnswerLog watched = witness.watch(bugs.log(log), objects);
      var stepped = new SteppedMetaStore(meta, points, witness);
      return new CrashStores(bugs.meta(stepped, log), watched, bugs.objects(objects));
    } catch (IOException | RuntimeException | Error e) {
      meta.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
    objects.close();
    meta.close();
  }

  private record SteppedMetaStore(MetaStore inner, CrashPoints points, CrashWitness witness)
      implements ForwardingMetaStore {
    @Override
    public <T> T transaction(String name, Supplier<T> work) {
      points.before("transaction: " + name);
      T result = work.get();
      points.before("the return of transaction: " + name);
      return result;
    }

    @Override
    public Begun begin(long batch, ValidInput validated, BeginTerms beginTerms, Instant now) {
      var joined = new ValidInput(validated.model(), validated.lines(), joined(validated.chunks()));
      return ForwardingMetaStore.super.begin(batch, joined, beginTerms, now);
    }

    private static List<Chunk> joined(List<Chunk> small) {
      var joined = new ArrayList<Chunk>();
      for (int from = 0; from < small.size(); from += JOINED) {
        List<Chunk> group = small.subList(from, Math.min(from + JOINED, small.size()));
        Chunk first = group.getFirst();
        joined.add(
            new Chunk(
                new ChunkId(first.id().batch(), joined.size()),
                0,
                first.firstLine(),
                group.stream().mapToInt(Chunk::lines).sum(),
                first.offset(),
                group.stream().mapToLong(Chunk::length).sum()));
      }
      return joined;
    }

    @Override
    public List<Chunk> claim(long batch, int max) {
      List<Chunk> claimed = ForwardingMetaStore.super.claim(batch, max);
      claimed.forEach(witness::claimed);
      return claimed;
    }
  }
}
