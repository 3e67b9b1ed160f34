package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.FileId;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.ObjectKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A server and its client while the time jumps. Whatever happens is looked at by true time: nothing
 * may expire or be deleted before its time, nor long after it, and nothing may stand still.
 */
final class JumpyRun implements AutoCloseable {
  /** A clock that is off by so much is right. */
  private static final long NEARBY = Duration.ofSeconds(31).toMillis();

  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long EXPIRED_LATE = 20 * MINUTE;
  private static final long DELETED_LATE = 3 * HOUR;

  /** Of an object that no row names nobody knows the age: it may look young when time settles. */
  private static final long ORPHAN_LATE = DELETED_LATE + 30 * MINUTE;

  /** Seldomer than a server does. */
  private static final long SWEEP = 10 * MINUTE;

  /** An upstream may ask for an hour without a call. */
  private static final long STILL = HOUR + 2 * MINUTE;

  private static final Duration LIFE = Duration.ofDays(30);

  final JumpyTime time = new JumpyTime();
  final JumpyUpstream upstream;
  private final CrashFolder folder = new CrashFolder();
  private final RandomGenerator random;
  private final Map<String, Instant> written = new HashMap<>();

  /** When, by true time, an object is not needed any more; never is {@code Long.MAX_VALUE}. */
  private final Map<String, Long> goneAt = new LinkedHashMap<>();

  private final Set<Long> running = new HashSet<>();
  private final Map<Long, String> inputs = new HashMap<>();
  private JumpyLife life;
  private long sweptAt;
  private long lookedAt;
  private @Nullable String complaint;

  JumpyRun(long seed, int throttled) throws IOException {
    this.random = new SplittableRandom(seed);
    this.upstream = new JumpyUpstream(time, new SplittableRandom(seed + 1), throttled);
    this.life = newLife();
  }

  private JumpyLife newLife() throws IOException {
    return new JumpyLife(folder.path(), time, upstream, written, this::deleted, random);
  }

  // ---- what happens to it

  /** Dies, and is there again after a while. */
  void restart(Duration down) throws IOException {
    life.close();
    time.advance(down.toMillis());
    life = newLife();
  }

  /** Lets the server do what it does in this time. */
  void go(Duration duration) throws IOException, InterruptedException {
    long end = time.awake() + duration.toMillis();
    work();
    while (time.awake() < end) {
      long sleep = Math.min(Math.max(1, life.sleepMillis()), MINUTE);
      time.advance(Math.min(sleep, end - time.awake()));
      work();
    }
  }

  private void work() throws IOException, InterruptedException {
    life.work();
    if (time.awake() - sweptAt >= SWEEP) {
      sweptAt = time.awake();
      life.sweep();
    }
    if (complaint != null) {
      throw new AssertionError(complaint);
    }
    if (Math.abs(time.now() - lookedAt) >= MINUTE) {
      lookedAt = time.now();
      look();
    }
  }

  /** Whether what is stamped now has the true time. */
  boolean isTimeRight() {
    return Math.abs(life.clock.millis() - time.now()) <= NEARBY;
  }

  // ---- what its client does

  /** A batch of a model that is never answered, if {@code isHopeless}. */
  Batch create(int lines, boolean isHopeless, String window) throws IOException {
    String model = isHopeless ? "never" : "m";
    String content =
        IntStream.range(0, lines).mapToObj(i -> line(i, model)).collect(Collectors.joining());
    StoredFile input = life.upload(content, LIFE);
    goneAt.put(ObjectKeys.upload(input.id()), gone(input));
    Batch batch = life.create(input.id(), window);
    inputs.put(batch.sequence(), ObjectKeys.upload(input.id()));
    running.add(batch.sequence());
    return batch;
  }

  private static String line(int number, String model) {
    return """
    {"custom_id":"row-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"%s","messages":[]}}
    """
        .formatted(number, model);
  }

  StoredFile upload(Duration lives) throws IOException {
    StoredFile file = life.upload(line(0, "m"), lives);
    goneAt.put(ObjectKeys.upload(file.id()), gone(file));
    return file;
  }

  private long gone(StoredFile file) {
    return file.expiresAt() == null ? Long.MAX_VALUE : file.expiresAt().toEpochMilli();
  }

  void delete(FileId file) {
    goneAt.put(ObjectKeys.upload(file), time.now());
    life.delete(file);
  }

  /** What a crash between an object and its row leaves. */
  void orphan(String name) throws IOException {
    String key = "files/" + name;
    try (var object = life.objects.create(key)) {
      object.write(1);
      object.commit();
    }
    goneAt.put(key, time.now());
  }

  boolean isThere(StoredFile file) throws IOException {
    return life.stores.files().content(file.id()).isPresent()
        && !life.objects.list(ObjectKeys.upload(file.id())).isEmpty();
  }

  Batch batch(Batch made) {
    return life.stores.batches().batch(made.sequence()).orElseThrow();
  }

  /** All batches have ended, and what was to be deleted is. */
  boolean isDone() {
    return running.isEmpty() && goneAt.values().stream().noneMatch(gone -> gone <= time.now());
  }

  // ---- what must hold

  private void deleted(String key) {
    Long gone = goneAt.remove(key);
    if (gone != null && time.now() < gone + HOUR - NEARBY) {
      complain("%s is deleted %d s early".formatted(key, (gone + HOUR - time.now()) / 1_000));
    }
    if (inputs.entrySet().stream()
        .anyMatch(input -> input.getValue().equals(key) && running.contains(input.getKey()))) {
      complain(key + " is deleted, and a batch reads it");
    }
  }

  private void complain(String what) {
    complaint = "at %s: %s".formatted(time.instant(), what);
  }

  private void look() {
    for (long sequence : Set.copyOf(running)) {
      Batch batch = life.stores.batches().batch(sequence).orElseThrow();
      long due = batch.stamps().deadlineMillis();
      if (batch.ending() == Ending.EXPIRED) {
        assertThat(time.now()).as("%s expires", batch.id()).isGreaterThan(due - NEARBY);
      }
      if (batch.status().isTerminal()) {
        running.remove(sequence);
        continue;
      }
      if (batch.status() == BatchStatus.IN_PROGRESS) {
        assertThat(time.now() - Math.max(due, time.calmSince()))
            .as("%s at %s is late", batch.id(), time.instant())
            .isLessThanOrEqualTo(EXPIRED_LATE);
        if (batch.model() != null && batch.model().equals("m")) {
          assertThat(time.awake() - upstream.lastCall())
              .as("%s at %s stands still", batch.id(), time.instant())
              .isLessThanOrEqualTo(STILL);
        }
      }
    }
    goneAt.forEach((key, gone) -> {
      long due = gone == Long.MAX_VALUE ? gone : gone + HOUR;
      assertThat(time.now() - Math.max(due, time.calmSince()))
          .as(
              "%s, gone at %s, written at %s, is there at %s, calm since %s",
              key,
              Instant.ofEpochMilli(gone),
              written.get(key),
              time.instant(),
              Instant.ofEpochMilli(time.calmSince()))
          .isLessThanOrEqualTo(key.contains("orphan") ? ORPHAN_LATE : DELETED_LATE);
    });
  }

  /** Each line once. */
  void checkLines(Batch made, int lines) throws IOException {
    Batch batch = batch(made);
    var seen = new HashSet<String>();
    for (FileId file : new FileId[] {batch.outputFileId(), batch.errorFileId()}) {
      for (String line : lines(file)) {
        assertThat(
                seen.add(
                    line.substring(0, line.indexOf("\"response\""))
                        .replaceFirst("\"id\":\"[^\"]*\"", "")))
            .as("%s is there once", line)
            .isTrue();
      }
    }
    assertThat(seen).hasSize(lines);
  }

  private List<String> lines(@Nullable FileId file) throws IOException {
    if (file == null) {
      return List.of();
    }
    var content = life.stores.files().content(file).orElseThrow();
    try (var reader = ContentReader.forward(life.objects, content)) {
      byte[] bytes = reader.read(0, Math.toIntExact(content.bytes()));
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Override
  public void close() throws IOException {
    life.close();
    folder.close();
  }
}
