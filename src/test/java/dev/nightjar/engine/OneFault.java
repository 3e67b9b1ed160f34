package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.Disk;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.testing.ForwardingAnswerLog;
import dev.nightjar.testing.ForwardingMetaStore;
import dev.nightjar.testing.ForwardingObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Stores of which one operation that the engine asks for fails once, before it has done anything or
 * after it has done all: then the process goes on. Operations are numbered from 1. What a client
 * asks for itself never fails, nor does an append, which has a test of its own.
 */
final class OneFault implements CrashBugs {
  private final Disk disk;
  private final int failing;
  private final boolean isAfter;
  private final List<String> asked = new ArrayList<>();
  private boolean isEngines;

  OneFault(Disk disk, int failing, boolean isAfter) {
    this.disk = disk;
    this.failing = failing;
    this.isAfter = isAfter;
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
    boolean fails = asked.size() == failing;
    if (fails && !isAfter) {
      throw failure.of("planned, before: " + name);
    }
    T result = operation.run();
    if (fails) {
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
  public void ended(CrashStores stores) throws IOException {
    List<String> keys = stores.objects().list("").stream().map(ObjectStore.Entry::key).toList();
    Set<String> needed = stores.meta().needed(keys);
    for (String key : keys) {
      if (!needed.contains(key)) {
        stores.objects().delete(key);
      }
    }
  }

  @Override
  public MetaStore meta(MetaStore meta, AnswerLog log) {
    return new Meta(meta, this);
  }

  @Override
  public AnswerLog log(AnswerLog log) {
    return new Log(log, this);
  }

  @Override
  public ObjectStore objects(ObjectStore objects) {
    return new Objects(objects, this);
  }

  private record Meta(MetaStore inner, OneFault fault) implements ForwardingMetaStore {
    @Override
    public <T> T transaction(String name, Supplier<T> work) {
      return fault.store("meta " + name, work::get);
    }

    @Override
    public Optional<Batch> batch(long sequence) {
      return fault.store("meta batch", () -> inner.batch(sequence));
    }

    @Override
    public List<Manifest.Piece> sealedObjects(long batch) {
      return fault.store("meta sealed objects", () -> inner.sealedObjects(batch));
    }
  }

  private record Log(AnswerLog inner, OneFault fault) implements ForwardingAnswerLog {
    @Override
    public BitSet take(ChunkId chunk, long epoch) throws IOException {
      return fault.io("log take", () -> inner.take(chunk, epoch));
    }

    @Override
    public int read(ChunkId chunk, Visitor visitor) throws IOException {
      return fault.io("log read", () -> inner.read(chunk, visitor));
    }

    @Override
    public void forget(ChunkId chunk) throws IOException {
      fault.io(
          "log forget",
          () -> {
            inner.forget(chunk);
            return "";
          });
    }
  }

  private record Objects(ObjectStore inner, OneFault fault) implements ForwardingObjectStore {
    @Override
    public Writer create(String key) throws IOException {
      return new FaultyWriter(fault.io("create " + kind(key), () -> inner.create(key)), key, fault);
    }

    @Override
    public Reader open(String key) throws IOException {
      return new FaultyReader(fault.io("open " + kind(key), () -> inner.open(key)), key, fault);
    }

    @Override
    public long length(String key) throws IOException {
      return fault.io("length of " + kind(key), () -> inner.length(key));
    }

    @Override
    public boolean delete(String key) throws IOException {
      return fault.io("delete " + kind(key), () -> inner.delete(key));
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
    private final OneFault fault;
    private boolean isBegun;

    FaultyWriter(ObjectStore.Writer inner, String key, OneFault fault) {
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
          "write " + kind(key),
          () -> {
            inner.write(bytes, offset, count);
            return "";
          });
    }

    @Override
    public void commit() throws IOException {
      fault.io(
          "commit " + kind(key),
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
          "close " + kind(key),
          () -> {
            inner.close();
            return "";
          });
    }
  }

  private record FaultyReader(ObjectStore.Reader inner, String key, OneFault fault)
      implements ObjectStore.Reader {
    @Override
    public long length() {
      return inner.length();
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int count) throws IOException {
      return fault.io("read " + kind(key), () -> inner.read(position, buffer, offset, count));
    }

    @Override
    public InputStream stream(long position, long count) {
      return inner.stream(position, count);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  /** Which operation fails, for a message. */
  @Override
  public String toString() {
    String name = failing > 0 && failing <= asked.size() ? asked.get(failing - 1) : "none";
    return "operation %d (%s) fails %s its effect"
        .formatted(failing, name, isAfter ? "after" : "before");
  }
}
