package dev.nightjar.engine.stepped;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.ForwardingAnswerLog;
import dev.nightjar.testing.ForwardingObjectStore;
import dev.nightjar.testing.ForwardingStores;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Stores of which some operations that the engine asks for fail, each before it has done anything
 * or after it has done all: then the process goes on. Operations are numbered from 1. What a client
 * asks for itself never fails, nor does what a start does: that ends the process.
 */
final class PlannedFaults implements CrashBugs {
  private final Disk disk;
  private final List<Fault> faults;
  private final List<String> asked = new ArrayList<>();
  private boolean isEngines;

  /** The operation with this number fails, before or after its effect. */
  record Fault(int number, boolean isAfter) {}

  PlannedFaults(Disk disk, List<Fault> faults) {
    this.disk = disk;
    this.faults = List.copyOf(faults);
  }

  /** Each operation that was asked for. */
  List<String> asked() {
    return asked;
  }

  private interface Operation<T, E extends Exception> {
    T run() throws E;
  }

  private interface Failure<E extends Exception> {
    E of(String message);
  }

  private <T, E extends Exception> T run(
      String name, Operation<T, E> operation, Failure<? extends E> failure) throws E {
    if (!isEngines) {
      return operation.run();
    }
    asked.add(name);
    int number = asked.size();
    if (faults.contains(new Fault(number, false))) {
      throw failure.of("planned, before: " + name);
    }
    T result = operation.run();
    if (faults.contains(new Fault(number, true))) {
      throw failure.of("planned, after: " + name);
    }
    return result;
  }

  private <T> T io(String name, Operation<T, IOException> operation) throws IOException {
    return run(name, operation, IOException::new);
  }

  private <T> T store(String name, Operation<T, RuntimeException> operation) {
    return run(name, operation, message -> new StoreException(message, null));
  }

  @Override
  public boolean step(CrashLife engine) {
    isEngines = true;
    try {
      return engine.step();
    } finally {
      isEngines = false;
    }
  }

  @Override
  public Disk disk() {
    return disk;
  }

  /**
   * Does what the sweep of orphans would, an hour later: whatever is left then is left for good.
   */
  @Override
  public void ended(Tier tier) throws IOException {
    List<String> keys = tier.objects().list("").stream().map(ObjectStore.Entry::key).toList();
    Set<String> needed = tier.stores().retention().needed(keys);
    for (String key : keys) {
      if (!needed.contains(key)) {
        tier.objects().delete(key);
      }
    }
  }

  @Override
  public Stores stores(Stores stores, AnswerLog log) {
    return new Rows(stores, this).stores();
  }

  @Override
  public AnswerLog log(AnswerLog log) {
    return new Log(log, this);
  }

  @Override
  public ObjectStore objects(ObjectStore objects) {
    return new Objects(objects, this);
  }

  private record Rows(Stores inner, PlannedFaults fault) implements ForwardingStores {
    @Override
    public <T> T transaction(String name, Supplier<T> work) {
      return fault.store("stores." + name, work::get);
    }

    @Override
    public Optional<Batch> batch(long sequence) {
      return fault.store("stores.batch", () -> inner.batches().batch(sequence));
    }

    @Override
    public Optional<StoredFile> inputOf(Batch batch) {
      return fault.store("stores.input of", () -> inner.files().inputOf(batch));
    }

    @Override
    public Optional<Manifest> content(FileId id) {
      return fault.store("stores.content", () -> inner.files().content(id));
    }

    @Override
    public List<ChunkId> unsealed() {
      return fault.store("stores.unsealed", inner.chunks()::unsealed);
    }

    @Override
    public List<Manifest.Piece> sealedObjects(long batch) {
      return fault.store("stores.sealed objects", () -> inner.chunks().sealedObjects(batch));
    }
  }

  private record Log(AnswerLog inner, PlannedFaults fault) implements ForwardingAnswerLog {
    /** The committer, which is stepped by this thread, need not wait before it tries again. */
    @Override
    public Set<ChunkId> append(List<Entry> group) throws IOException {
      LockSupport.unpark(Thread.currentThread());
      return fault.io("log.append", () -> inner.append(group));
    }

    @Override
    public BitSet take(ChunkId chunk, long epoch) throws IOException {
      return fault.io("log.take", () -> inner.take(chunk, epoch));
    }

    @Override
    public int read(ChunkId chunk, Visitor visitor) throws IOException {
      return fault.io("log.read", () -> inner.read(chunk, visitor));
    }

    @Override
    public void forget(ChunkId chunk) throws IOException {
      fault.io(
          "log.forget",
          () -> {
            inner.forget(chunk);
            return "";
          });
    }
  }

  private record Objects(ObjectStore inner, PlannedFaults fault) implements ForwardingObjectStore {
    @Override
    public Writer create(String key) throws IOException {
      return new FaultyWriter(
          fault.io("objects.create " + kind(key), () -> inner.create(key)), key, fault);
    }

    @Override
    public Reader open(String key) throws IOException {
      return new FaultyReader(
          fault.io("objects.open " + kind(key), () -> inner.open(key)), key, fault);
    }

    @Override
    public long length(String key) throws IOException {
      return fault.io("objects.length " + kind(key), () -> inner.length(key));
    }

    @Override
    public boolean delete(String key) throws IOException {
      return fault.io("objects.delete " + kind(key), () -> inner.delete(key));
    }
  }

  /** "output", "error", "spool" or "input". */
  private static String kind(String key) {
    if (key.startsWith("batches/")) {
      return key.endsWith(".out") ? "output" : "error";
    }
    return key.startsWith("spool/") ? "spool" : "input";
  }

  private static final class FaultyWriter extends ObjectStore.Writer {
    private final ObjectStore.Writer inner;
    private final String key;
    private final PlannedFaults fault;
    private boolean isBegun;

    FaultyWriter(ObjectStore.Writer inner, String key, PlannedFaults fault) {
      this.inner = inner;
      this.key = key;
      this.fault = fault;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /** One write of an object is as good as another: only the first can fail. */
    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      if (isBegun) {
        inner.write(bytes, offset, count);
        return;
      }
      isBegun = true;
      fault.io(
          "objects.write " + kind(key),
          () -> {
            inner.write(bytes, offset, count);
            return "";
          });
    }

    @Override
    public void commit() throws IOException {
      fault.io(
          "objects.commit " + kind(key),
          () -> {
            inner.commit();
            return "";
          });
    }

    @Override
    public long bytesWritten() {
      return inner.bytesWritten();
    }

    @Override
    public void close() throws IOException {
      fault.io(
          "objects.close " + kind(key),
          () -> {
            inner.close();
            return "";
          });
    }
  }

  private record FaultyReader(ObjectStore.Reader inner, String key, PlannedFaults fault)
      implements ObjectStore.Reader {
    @Override
    public long length() {
      return inner.length();
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int count) throws IOException {
      return fault.io(
          "objects.read " + kind(key), () -> inner.read(position, buffer, offset, count));
    }

    @Override
    public InputStream stream(long position, long count) {
      return new FaultyStream(inner.stream(position, count), key, fault);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private static final class FaultyStream extends FilterInputStream {
    private final String key;
    private final PlannedFaults fault;
    private boolean isBegun;

    FaultyStream(InputStream inner, String key, PlannedFaults fault) {
      super(inner);
      this.key = key;
      this.fault = fault;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** As with writes, only the first can fail. */
    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (isBegun) {
        return in.read(buffer, offset, count);
      }
      isBegun = true;
      return fault.io("objects.read " + kind(key), () -> in.read(buffer, offset, count));
    }
  }

  /** Which operations fail, for a message. */
  @Override
  public String toString() {
    return faults.stream()
        .map(fault ->
            "operation %d (%s) fails %s its effect"
                .formatted(fault.number(), name(fault), fault.isAfter() ? "after" : "before"))
        .collect(Collectors.joining(", "));
  }

  private String name(Fault fault) {
    return fault.number() <= asked.size() ? asked.get(fault.number() - 1) : "never asked for";
  }
}
