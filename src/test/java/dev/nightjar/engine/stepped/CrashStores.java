package dev.nightjar.engine.stepped;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ObjectChunkInputs;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.ForwardingStores;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The real stores of one life, opened as the server opens them, on a disk that may be cut off. */
final class CrashStores {
  private static final int SEGMENT_BYTES = 12_000;

  /** Chunks of sixteen lines are joined, five at a time: a batch of 200 lines has three. */
  private static final int JOINED = 5;

  private CrashStores() {}

  static Tier open(Path directory, CrashBugs bugs, CrashPoints points, CrashWorld world)
      throws IOException {
    var stores = TestStores.open(directory.resolve("meta.db"), world.clock().steady());
    try {
      var objects = new FileObjectStore(directory.resolve("objects"), bugs.disk());
      var log =
          new JournalAnswerLog(
              directory.resolve("journal"), stores.chunks().unsealed(), SEGMENT_BYTES, bugs.disk());
      AnswerLog watched = world.witness().watch(bugs.log(log), objects);
      var stepped = new SteppedStores(stores, points, world.witness()).stores();
      ObjectStore planted = bugs.objects(objects);
      return new Tier(
          bugs.stores(stepped, log),
          watched,
          planted,
          new ObjectChunkInputs(planted),
          DiskSpace.ENDLESS);
    } catch (IOException | RuntimeException | Error e) {
      stores.close();
      throw e;
    }
  }

  private record SteppedStores(Stores inner, CrashPoints points, CrashWitness witness)
      implements ForwardingStores {
    @Override
    public <T> T transaction(String name, Supplier<T> work) {
      points.before("transaction: " + name);
      T result = work.get();
      points.before("the return of transaction: " + name);
      return result;
    }

    @Override
    public Begun begin(long batch, ValidInput validated, BeginTerms beginTerms) {
      var joined = new ValidInput(validated.model(), validated.lines(), joined(validated.chunks()));
      return ForwardingStores.super.begin(batch, joined, beginTerms);
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
      List<Chunk> claimed = ForwardingStores.super.claim(batch, max);
      claimed.forEach(witness::claimed);
      return claimed;
    }
  }
}
