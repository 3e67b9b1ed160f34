package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.ObjectKeys;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One transaction that ends a batch: its seals become two files, its chunk rows go. */
record Finish(Sql sql, FinishedFiles files, Instant now) {
  private record Sealed(int number, long epoch, long outputBytes, long errorBytes) {
    Sealed(ResultSet row) throws SQLException {
      this(
          row.getInt("number"),
          row.getLong("epoch"),
          row.getLong("output_bytes"),
          row.getLong("error_bytes"));
    }

    Optional<Piece> output(Batch batch) {
      return piece(ObjectKeys.output(batch.id(), number, epoch), outputBytes);
    }

    Optional<Piece> error(Batch batch) {
      return piece(ObjectKeys.error(batch.id(), number, epoch), errorBytes);
    }

    /** Objects of no bytes do not exist. */
    private static Optional<Piece> piece(String key, long bytes) {
      return bytes > 0 ? Optional.of(new Piece(key, bytes)) : Optional.empty();
    }
  }

  static List<Piece> objects(Sql sql, long sequence) throws SQLException {
    Batch batch = BatchTransitions.find(sql, sequence);
    return sealed(sql, batch)
        .flatMap(seal -> Stream.of(seal.output(batch), seal.error(batch)))
        .flatMap(Optional::stream)
        .toList();
  }

  Batch run(long sequence) throws SQLException {
    Batch batch = BatchTransitions.find(sql, sequence);
    if (batch.status().isTerminal()) {
      return batch;
    }
    BatchStatus end = end(batch);
    checkSealed(batch);
    var output = new ArrayList<Piece>();
    var error = new ArrayList<Piece>();
    for (Sealed seal : sealed(sql, batch).toList()) {
      seal.output(batch).ifPresent(output::add);
      seal.error(batch).ifPresent(error::add);
    }
    String outputId = insert(batch, files.output(), "_output.jsonl", new Manifest(output));
    String errorId = insert(batch, files.error(), "_error.jsonl", new Manifest(error));
    sql.update(
        "UPDATE batch SET status = ?, output_file_id = ?, error_file_id = ?, %s_at = ? WHERE sequence = ?"
            .formatted(end.apiName()),
        end.apiName(),
        outputId,
        errorId,
        now.toEpochMilli(),
        sequence);
    sql.update("DELETE FROM chunk WHERE batch = ?", sequence);
    Batch ended = BatchTransitions.find(sql, sequence);
    Outbox.batchEnded(sql, ended, now);
    return ended;
  }

  private static BatchStatus end(Batch batch) {
    return switch (batch.status()) {
      case CANCELLING -> BatchStatus.CANCELLED;
      case FINALIZING ->
          batch.ending() == Ending.EXPIRED ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
      case VALIDATING, IN_PROGRESS, FAILED, COMPLETED, EXPIRED, CANCELLED ->
          throw new IllegalStateException(batch.id() + " cannot finish while " + batch.status());
    };
  }

  private void checkSealed(Batch batch) throws SQLException {
    int unsealed =
        sql.one(
                "SELECT count(*) FROM chunk WHERE batch = ? AND state <> 'sealed'",
                row -> row.getInt(1),
                batch.sequence())
            .orElseThrow();
    if (unsealed > 0) {
      throw new IllegalStateException(batch.id() + " has " + unsealed + " unsealed chunks");
    }
  }

  private static Stream<Sealed> sealed(Sql sql, Batch batch) throws SQLException {
    return sql
        .list(
            "SELECT * FROM chunk WHERE batch = ? AND state = 'sealed' ORDER BY number",
            Sealed::new,
            batch.sequence())
        .stream();
  }

  private @Nullable String insert(Batch batch, FileId id, String suffix, Manifest content)
      throws SQLException {
    if (content.bytes() == 0) {
      return null;
    }
    var file =
        new StoredFile(
            id,
            0,
            batch.project(),
            batch.id() + suffix,
            "batch_output",
            content.bytes(),
            now,
            files.expiresAt());
    FileTable.insert(sql, file, content);
    return id.value();
  }
}
