package dev.nightjar.store;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.UploadId;
import dev.nightjar.process.Loop;
import dev.nightjar.store.ObjectStore.Entry;
import dev.nightjar.store.ObjectStore.Page;
import dev.nightjar.store.Retention.EndedUpload;
import dev.nightjar.time.SteadyClock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Deletes the bytes that nothing needs any more, an hour after the last row that named them was
 * gone from the API, so that running downloads finish, and only by a clock that is settled: what is
 * gone cannot be brought back when the clock turns out to be wrong. Each round decides by rows
 * alone, deletes objects and then the row: if the process dies in between, the next round does it
 * again. One thread sweeps.
 */
public final class Sweeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
  private static final Duration GRACE = Duration.ofHours(1);

  /** An object that is written by a clock that is settled is never from so far ahead. */
  private static final Duration AHEAD = Duration.ofMinutes(5);

  static final Duration PAUSE = Duration.ofMinutes(5);

  /** For one part of the time that a sweep takes, so many are left to others. */
  private static final int SHARE = 3;

  /** Rows of a kind that one round looks at. */
  private static final int ROWS_MAX = 100;

  /** Rows with an object that cannot be deleted, of which a round looks beyond. */
  private static final int STUCK_MAX = 1_000;

  /** Objects of which the store is asked at once whether they are needed. */
  private static final int KEYS_MAX = 500;

  /** After so many objects deleted or looked at a round begins nothing new. */
  private static final int OBJECTS_MAX = 10_000;

  private final FileStore files;
  private final Retention retention;
  private final ObjectStore objects;
  private final SteadyClock clock;
  private final Loop loop = new Loop("sweep", PAUSE, this::round);

  /** Where the search for orphans goes on; lost with the process, and then it begins anew. */
  private String place = Page.FIRST;

  /** The ids of rows that a round could not do, until all others are done. */
  private final Set<String> stuck = new HashSet<>();

  /** Whether the last round left something that was due, as far as it looked. */
  private boolean isMoreLeft;

  public Sweeper(Stores stores, ObjectStore objects, SteadyClock clock) {
    this.files = stores.files();
    this.retention = stores.retention();
    this.objects = objects;
    this.clock = clock;
  }

  /** Sweeps every few minutes from now on. */
  public void start() {
    loop.start();
  }

  /** Sweeps once; how long to rest then: while more is left, three quarters of the time. */
  public Duration round() throws IOException {
    long begun = System.nanoTime();
    sweep();
    Duration rest = Duration.ofNanos(SHARE * (System.nanoTime() - begun));
    return isMoreLeft && rest.compareTo(PAUSE) < 0 ? rest : PAUSE;
  }

  /** One round, if it is time for one; how many objects it deleted. */
  public int sweep() throws IOException {
    isMoreLeft = false;
    if (!clock.isSettled()) {
      return 0;
    }
    Instant now = clock.instant();
    Instant before = now.minus(GRACE);
    // A younger one may be on its way to its row. One from the future was written before the clock
    // was set back, and that is longer ago than it takes to settle.
    return sweep(GRACE, at -> !at.isAfter(before) || at.isAfter(now.plus(AHEAD)));
  }

  private int sweep(Duration ago, Predicate<Instant> isOld) throws IOException {
    isMoreLeft = false;
    int deleted = sweepUploads(ago);
    deleted += sweepFiles(ago);
    if (!isMoreLeft) { // Looking for orphans takes long, and they are few.
      deleted += sweepOrphans(isOld);
      stuck.clear();
    }
    return deleted;
  }

  /**
   * Rounds until nothing is left to delete of what is gone; how many objects they deleted. Nobody
   * else may use the stores: what is half made looks like an orphan.
   */
  public int sweepAll() throws IOException {
    int all = 0;
    int deleted;
    do {
      deleted = sweep(Duration.ZERO, _ -> true);
      all += deleted;
    } while (deleted > 0 || isMoreLeft || !place.equals(Page.FIRST));
    return all;
  }

  private int sweepUploads(Duration ago) throws IOException {
    int deleted = 0;
    int rowsMax = ROWS_MAX + stuck.size();
    var swept = new ArrayList<UploadId>();
    List<EndedUpload> ended = retention.endedUploads(ago, rowsMax);
    for (EndedUpload upload : ended) {
      if (deleted >= OBJECTS_MAX) {
        break;
      }
      List<String> keys =
          upload.unusedParts().stream().map(part -> ObjectKeys.part(upload.file(), part)).toList();
      deleted += delete(upload.id().value(), keys, () -> swept.add(upload.id()));
    }
    retention.forgetUploads(swept);
    noteMore(deleted, ended.size() == rowsMax);
    return deleted;
  }

  private int sweepFiles(Duration ago) throws IOException {
    int deleted = 0;
    int rowsMax = ROWS_MAX + stuck.size();
    var swept = new ArrayList<FileId>();
    List<FileId> gone = retention.goneFiles(ago, rowsMax);
    for (FileId file : gone) {
      if (deleted >= OBJECTS_MAX) {
        break;
      }
      List<Piece> pieces = files.content(file).map(Manifest::pieces).orElse(List.of());
      List<String> keys = pieces.stream().map(Piece::key).toList();
      deleted += delete(file.value(), keys, () -> swept.add(file));
    }
    retention.forgetFiles(swept);
    noteMore(deleted, gone.size() == rowsMax);
    return deleted;
  }

  private void noteMore(int deleted, boolean isPageFull) {
    isMoreLeft |= deleted >= OBJECTS_MAX || (isPageFull && stuck.size() < STUCK_MAX);
  }

  /** What a crash, a refusal or a repeated attempt left: objects that no row names. */
  private int sweepOrphans(Predicate<Instant> isOld) throws IOException {
    var old = new ArrayList<String>();
    int seen = 0;
    do {
      Page page = objects.page(place);
      for (Entry entry : page.entries()) {
        if (isOld.test(entry.modifiedAt())) {
          old.add(entry.key());
        }
      }
      seen += page.entries().size();
      place = page.next();
    } while (seen < OBJECTS_MAX && !place.equals(Page.FIRST));
    int deleted = 0;
    for (int from = 0; from < old.size(); from += KEYS_MAX) {
      List<String> keys = old.subList(from, Math.min(old.size(), from + KEYS_MAX));
      Set<String> needed = retention.needed(keys);
      for (String key : keys) {
        deleted += needed.contains(key) ? 0 : delete(key);
      }
    }
    isMoreLeft |= deleted > 0; // Where there is one, there are others.
    return deleted;
  }

  /** One row's objects. If one cannot be deleted the row stays, and holds up no other. */
  private int delete(String row, List<String> keys, Runnable done) {
    int deleted = 0;
    if (stuck.contains(row)) {
      return deleted;
    }
    try {
      for (String key : keys) {
        deleted += delete(key);
      }
      done.run();
    } catch (IOException e) {
      if (stuck.isEmpty()) { // The others are alike.
        LOG.log(Level.WARNING, "what is not needed any more cannot be deleted", e);
      }
      stuck.add(row);
    }
    return deleted;
  }

  private int delete(String key) throws IOException {
    return objects.delete(key) ? 1 : 0;
  }

  /** Waits for a round that is under way. */
  @Override
  public void close() {
    loop.close();
  }
}
