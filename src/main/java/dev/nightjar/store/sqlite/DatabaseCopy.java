package dev.nightjar.store.sqlite;

import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.disk.OwnerOnly;
import dev.nightjar.store.sql.Rows;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.store.sql.SqlRetention;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConfig;

/**
 * A copy of the database as it was at one moment, made while another process may be writing to it,
 * and what that copy refers to. One thread only, never a virtual one.
 */
public final class DatabaseCopy implements AutoCloseable {
  private static final int BUSY_MILLIS = 10_000;
  private static final int FILES_AT_ONCE = 64;

  private final Path file;
  private final Sql sql;

  private DatabaseCopy(Path file, Sql sql) {
    this.file = file;
    this.sql = sql;
  }

  /** Visits an object that a file or a sealed chunk consists of. */
  public interface Visitor {
    void object(Piece piece) throws IOException;
  }

  private record Content(long sequence, Manifest manifest) {}

  /**
   * Copies {@code from} into the new file {@code to}, durable on return but for its name. The
   * moment is the one at which this begins: it is one read transaction, which writers do not wait
   * for.
   */
  public static DatabaseCopy make(Path from, Path to) throws IOException {
    try (Sql source = open(from)) {
      int version = source.one("PRAGMA user_version", row -> row.getInt(1)).orElse(0);
      if (version != Database.VERSION) {
        throw new StoreException(
            "database %s has version %d and this program knows version %d: use the program that serves it"
                .formatted(from, version, Database.VERSION),
            null);
      }
      OwnerOnly.createIfAbsent(to); // SQLite fills an empty file, and would make one for all.
      source.update("VACUUM INTO ?", to.toString());
    } catch (SQLException e) {
      throw new StoreException(
          "database %s cannot be copied to %s: %s".formatted(from, to, e.getMessage()), e);
    }
    try (var written = FileChannel.open(to, StandardOpenOption.WRITE)) {
      written.force(true); // SQLite leaves this to the caller.
    }
    try {
      return new DatabaseCopy(to, open(to));
    } catch (SQLException e) {
      throw broken(to, e);
    }
  }

  private static Sql open(Path file) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    return new Sql(config.createConnection("jdbc:sqlite:" + file));
  }

  private static StoreException broken(Path file, SQLException e) {
    return new StoreException("database %s: %s".formatted(file, e.getMessage()), e);
  }

  /** Chunks whose answers are in the journal only. */
  public Set<ChunkId> unsealed() {
    return new HashSet<>(
        list(
            "SELECT batch, number FROM chunk WHERE state <> 'sealed'",
            row -> new ChunkId(row.getLong("batch"), row.getInt("number"))));
  }

  /** The batch that was made last; 0 if there is none. */
  public long lastBatch() {
    return list("SELECT coalesce(max(sequence), 0) FROM batch", row -> row.getLong(1)).getFirst();
  }

  /** As {@link dev.nightjar.store.Retention#latest}. */
  public Optional<Instant> latest() {
    try {
      return SqlRetention.latest(sql);
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  /**
   * Visits each object that must exist: those of files that can be read now, of inputs that
   * unfinished batches read though the file is deleted or expired, of sealed chunks, and the parts
   * of uploads that may still be completed.
   */
  public void eachObject(Instant now, Visitor visitor) throws IOException {
    long after = 0;
    while (true) {
      List<Content> page = contents(after, now);
      if (page.isEmpty()) {
        break;
      }
      for (Content content : page) {
        for (Piece piece : content.manifest.pieces()) {
          visitor.object(piece);
        }
      }
      after = page.getLast().sequence;
    }
    for (Piece piece : seals()) {
      visitor.object(piece);
    }
    for (Piece piece : pendingParts(now)) {
      visitor.object(piece);
    }
  }

  private List<Piece> pendingParts(Instant now) {
    return list(
        """
        SELECT file_id, part.id, part.bytes FROM part JOIN upload ON upload.sequence = part.upload
        WHERE status = 'pending' AND expires_at > ? AND part.bytes > 0
        """,
        row ->
            new Piece(
                ObjectKeys.part(
                    new FileId(row.getString("file_id")), new PartId(row.getString("id"))),
                row.getLong("bytes")),
        now.toEpochMilli());
  }

  private List<Content> contents(long after, Instant now) {
    return list(
        """
        SELECT sequence, content FROM file WHERE sequence > ?1
          AND (deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
            OR id IN (SELECT input_file_id FROM batch WHERE %s))
        ORDER BY sequence LIMIT ?3
        """
            .formatted(Rows.UNFINISHED),
        row -> new Content(row.getLong("sequence"), Manifest.decode(row.getBytes("content"))),
        after,
        now.toEpochMilli(),
        FILES_AT_ONCE);
  }

  private List<Piece> seals() {
    var pieces = new ArrayList<Piece>();
    list(
        """
        SELECT id, number, epoch, output_bytes, error_bytes
        FROM chunk JOIN batch ON batch.sequence = chunk.batch WHERE state = 'sealed'
        """,
        row -> {
          var batch = new BatchId(row.getString("id"));
          int number = row.getInt("number");
          long epoch = row.getLong("epoch");
          long output = row.getLong("output_bytes");
          long error = row.getLong("error_bytes");
          add(pieces, ObjectKeys.output(batch, number, epoch), output);
          return add(pieces, ObjectKeys.error(batch, number, epoch), error);
        });
    return pieces;
  }

  /** An object of no bytes does not exist. */
  private static boolean add(List<Piece> pieces, String key, long bytes) {
    return bytes > 0 && pieces.add(new Piece(key, bytes));
  }

  private <T> List<T> list(String query, Sql.Row<T> reader, Object... arguments) {
    try {
      return sql.list(query, reader, arguments);
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  @Override
  public void close() {
    try {
      sql.close();
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }
}
