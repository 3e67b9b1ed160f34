package dev.nightjar.engine.core;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.EngineFigures.Validating;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.EngineLimits.Bounds;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An engine whose validations come to what the test says. */
abstract class ValidationFixture {
  static final long PIECE = 10;
  static final long MEMORY = 100;
  private static final long LARGE_BYTES = 16 << 20;

  final EngineDriver engine =
      new EngineDriver(
          EngineLimits.defaults().withBounds(bounds()), new UpstreamSpec("up", Set.of(), 4));
  private final Map<String, Long> ids = new HashMap<>();
  private final Map<Long, String> names = new HashMap<>();
  long deadlineMillis = Long.MAX_VALUE;

  private static Bounds bounds() {
    Bounds all = Bounds.defaults();
    return new Bounds(
        all.requestBytes(),
        all.unappendedBytes(),
        all.answerBytes(),
        all.unsealedBytes(),
        all.openChunks(),
        MEMORY);
  }

  void submitSmall(String... batches) {
    for (String batch : batches) {
      submit(batch, LARGE_BYTES - 1);
    }
  }

  void submitLarge(String... batches) {
    for (String batch : batches) {
      submit(batch, LARGE_BYTES);
    }
  }

  private void submit(String name, long fileBytes) {
    long id = ids.computeIfAbsent(name, _ -> ids.size() + 1L);
    names.put(id, name);
    String project = name.substring(0, 1);
    engine.post(new Event.Submitted(id, project, fileBytes, PIECE, deadlineMillis));
  }

  long id(String name) {
    return ids.getOrDefault(name, 0L);
  }

  /** Of whose files a slice is being checked. */
  List<String> slices() {
    return engine.slices.stream().map(names::get).toList();
  }

  List<String> forgotten() {
    return engine.forgotten.stream().map(names::get).toList();
  }

  private void sliceEnded(String name, Event event) {
    if (!engine.slices.remove(id(name))) {
      throw new AssertionError(name + " is not among " + slices());
    }
    engine.post(event);
  }

  void goOn(String name) {
    sliceEnded(name, new Event.SliceChecked(id(name)));
  }

  void wantMemory(String name) {
    sliceEnded(name, new Event.MemoryWanted(id(name), PIECE));
  }

  void fail(String name, String reason) {
    sliceEnded(name, new Event.ValidateFailed(id(name), reason));
  }

  void end(String name) {
    sliceEnded(name, new Event.ValidationEnded(id(name)));
  }

  void expired(String name) {
    sliceEnded(name, new Event.ExpiredUnvalidated(id(name)));
  }

  void start(String name) {
    sliceEnded(
        name,
        new Event.Started(
            new BatchStart(
                id(name),
                "",
                EngineDriver.URL,
                Long.MAX_VALUE,
                1,
                0,
                RequestCounts.NONE,
                Usage.NONE,
                null,
                false)));
  }

  void withdraw(String name) {
    engine.post(new Event.Withdrawn(id(name)));
  }

  Optional<String> reason(String name) {
    Picture picture = engine.engine.picture();
    Live own = picture.validating().get(id(name));
    return Optional.ofNullable(own == null ? picture.waiting().validation() : own.reason());
  }

  Validating figures() {
    return engine.engine.picture().figures().validating();
  }
}
