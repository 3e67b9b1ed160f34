package dev.nightjar.store.local;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.store.files.ObjectCopy;
import dev.nightjar.store.journal.JournalCopy;
import dev.nightjar.store.local.DataDirectory.DataDirectoryException;
import dev.nightjar.store.local.DataDirectory.Layout;
import dev.nightjar.store.sqlite.DatabaseCheck;
import dev.nightjar.store.sqlite.DatabaseCopy;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Copies a data directory while another process may be serving it: only by reading, without its
 * lock. What makes the copy consistent is the order.
 *
 * <ol>
 *   <li>The journal's segments are <em>held</em> at one moment, J: opened, and their lengths noted.
 *   <li>The database is copied as it is at a later moment, D. This is the moment of the backup.
 *   <li>The journal's bytes are written, and the objects that the copied database names.
 * </ol>
 *
 * <p>Journal before database: a chunk that was sealed and forgotten before J is sealed at D. Of one
 * that is unsealed at D the journal had forgotten nothing at J, so that every answer that was
 * durable at J is in the copy, as an object or in the journal. Only the answers that came between J
 * and D, milliseconds, may be missing in a chunk that is still open; a restored server makes those
 * calls again, with the ones in flight. The other way round, every chunk sealed between the two
 * would be run again; worse, the journal could hold answers of a batch that the copied database
 * does not know, and would attribute them to the next batch that is given its number.
 *
 * <p>Objects after database: they are durable before a row names them, and never change. None that
 * a row names is deleted while the row can be read, or within the hour after; a copy that takes
 * longer may miss one whose file was deleted at its beginning, says so and is none. Only answers
 * spooled on their way go sooner: when their chunk is sealed. Of a chunk that is unsealed at D they
 * all exist from J to D. So these are copied just before D: once before J, since that may take
 * long, and after J what is new.
 *
 * <p>The copy is made in {@code TO.partial}, which cannot be served, and renamed once it is whole,
 * durable and checked. If the process dies before, the same command begins again.
 */
public final class Backup {
  private static final String SPOOLED = "spool/";

  private final Path data;
  private final Path target;
  private final Instant now;
  private final Consumer<String> progress;

  /** What came of it, in sentences. */
  public sealed interface Outcome {
    record Copied(String sentence) implements Outcome {}

    record Failed(List<String> sentences) implements Outcome {}
  }

  /** {@code progress} is told again and again how far it is. */
  public Backup(Path data, Path target, Instant now, Consumer<String> progress) {
    this.data = data;
    this.target = target;
    this.now = now;
    this.progress = progress;
  }

  /** How much the database names. */
  private static final class Total {
    long objects;
    long bytes;

    void add(Piece piece) {
      objects++;
      bytes += piece.bytes();
    }

    String text() {
      return String.format(Locale.ROOT, "%,d objects, %,.1f MB", objects, bytes / 1e6);
    }
  }

  public Outcome run() {
    Layout source = DataDirectory.look(data);
    checkTarget();
    Path absolute = target.toAbsolutePath().normalize();
    Path aside = absolute.resolveSibling(absolute.getFileName() + ".partial");
    try (DataDirectory copy = DataDirectory.openIncomplete(aside)) {
      try {
        clear(copy.layout());
        Total total = copy(source, copy.layout());
        copy.complete();
        Files.move(aside, absolute, StandardCopyOption.ATOMIC_MOVE);
        Directories.force(Objects.requireNonNull(absolute.getParent()));
        return new Outcome.Copied("%s is a complete copy: %s".formatted(target, total.text()));
      } catch (IOException | StoreException e) {
        var sentences = new ArrayList<String>();
        sentences.add("there is no backup in %s: %s".formatted(target, reason(e)));
        discard(aside).ifPresent(sentences::add);
        return new Outcome.Failed(sentences);
      }
    }
  }

  private void checkTarget() {
    try {
      Path absolute = target.toAbsolutePath().normalize();
      if (absolute.startsWith(data.toRealPath())) {
        throw new DataDirectoryException("%s is in the data directory itself".formatted(target));
      }
      if (!Files.exists(absolute)) {
        return;
      }
      if (!Files.isDirectory(absolute)) {
        throw new DataDirectoryException("%s is a file, not a directory".formatted(target));
      }
      try (Stream<Path> files = Files.list(absolute)) {
        if (files.findAny().isPresent()) {
          throw new DataDirectoryException(
              "%s is not empty; name a directory that does not exist yet".formatted(target));
        }
      }
      Path parent = absolute.getParent();
      if (parent == null || !Files.getFileStore(parent).equals(Files.getFileStore(absolute))) {
        throw new DataDirectoryException(
            "%s is the root of a disk; name a directory in it".formatted(target));
      }
    } catch (IOException e) {
      throw new DataDirectoryException("%s cannot be used: %s".formatted(target, reason(e)));
    }
  }

  private static void clear(Layout copy) throws IOException {
    Files.deleteIfExists(copy.database());
    Files.deleteIfExists(copy.database().resolveSibling("meta.db-journal"));
    Directories.delete(copy.journal());
    Directories.delete(copy.objects());
  }

  private Total copy(Layout from, Layout to) throws IOException {
    Directories.create(to.objects());
    var objects = new ObjectCopy(from.objects(), to.objects());
    Optional<String> damage = DatabaseCheck.findings(from.database());
    if (damage.isPresent()) {
      throw new IOException("the database is damaged: " + damage.get());
    }
    objects.copyAll(SPOOLED);
    try (JournalCopy journal = JournalCopy.hold(from.journal())) {
      objects.copyAll(SPOOLED);
      try (DatabaseCopy database = DatabaseCopy.make(from.database(), to.database())) {
        journal.writeTo(to.journal());
        Total total = copyObjects(database, objects);
        objects.force();
        check(to, database, objects);
        return total;
      }
    }
  }

  private Total copyObjects(DatabaseCopy database, ObjectCopy objects) throws IOException {
    var all = new Total();
    database.eachObject(now(database), all::add);
    var done = new Total();
    database.eachObject(
        now(database),
        piece -> {
          objects.copy(piece.key());
          done.add(piece);
          progress.accept("%,d of %s".formatted(done.objects, all.text()));
        });
    return all;
  }

  /**
   * What the clock says may be wrong, and a file that only seems to have expired would be left out:
   * so only as late as the data knows of.
   */
  private Instant now(DatabaseCopy database) {
    return database.latest().filter(now::isAfter).orElse(now);
  }

  /** All that the copied database and journal name is there, and as long as they say. */
  private void check(Layout copy, DatabaseCopy database, ObjectCopy objects) throws IOException {
    database.eachObject(now(database), piece -> check(piece, objects));
    Set<ChunkId> unsealed = database.unsealed();
    long lastBatch = database.lastBatch();
    var spooled = new ArrayList<Piece>();
    var unknown = new ArrayList<ChunkId>();
    JournalCopy.read(
        copy.journal(),
        entry -> {
          String spool = entry.answer().spool();
          if (entry.chunk().batch() > lastBatch) {
            unknown.add(entry.chunk());
          } else if (spool != null && unsealed.contains(entry.chunk())) {
            spooled.add(new Piece(spool, entry.answer().spoolBytes()));
          }
        });
    if (!unknown.isEmpty()) {
      throw new IOException("the journal was cut off while it was copied; run it again");
    }
    for (Piece piece : spooled) {
      check(piece, objects);
    }
  }

  private static void check(Piece piece, ObjectCopy objects) throws IOException {
    long bytes = objects.length(piece.key());
    if (bytes != piece.bytes()) {
      throw new IOException(
          "object %s has %d bytes and should have %d".formatted(piece.key(), bytes, piece.bytes()));
    }
  }

  /** Java's messages of file systems are a path, and a reason apart. */
  private static String reason(Exception e) {
    return e instanceof FileSystemException file && file.getReason() != null
        ? "%s: %s".formatted(file.getFile(), file.getReason())
        : String.valueOf(e.getMessage());
  }

  /** What is left to do, in a sentence. */
  private static Optional<String> discard(Path aside) {
    try {
      Directories.delete(aside);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("delete " + aside + " yourself: " + reason(e));
    }
  }
}
