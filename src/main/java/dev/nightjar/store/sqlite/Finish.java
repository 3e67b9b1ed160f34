package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.MetaStore.FinishedFiles;
import dev.nightjar.store.ObjectKeys;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One transaction that ends a batch: its seals become two files, its chunk rows go. */
record Finish(Sql sql, FinishedFiles files, Instant now) {
  private record Sealed(int number, long epoch, long outputBytes, long errorBytes) {}

  Batch run(long sequence) throws SQLException {
    Batch batch = BatchTransitions.find(sql, sequence);
    if (batch.status().isTerminal()) {
      return batch;
    }
    BatchStatus end = end(batch);
    List<Sealed> seals = seals(batch);
    var output = new ArrayList<Piece>();
    var error = new ArrayList<Piece>();
    for (Sealed seal : seals) {
      if (seal.outputBytes > 0) {
        String key = ObjectKeys.output(batch.id(), seal.number, seal.epoch);
        output.add(new Piece(key, seal.outputBytes));
      }
      if (seal.errorBytes > 0) {
        String key = ObjectKeys.error(batch.id(), seal.number, seal.epoch);
        error.add(new Piece(key, seal.errorBytes));
      }
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
    return BatchTransitions.find(sql, sequence);
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

  private List<Sealed> seals(Batch batch) throws SQLException {
    int unsealed =
        sql.one(
                "SELECT count(*) FROM chunk WHERE batch = ? AND state <> 'sealed'",
                row -> row.getInt(1),
                batch.sequence())
            .orElseThrow();
    if (unsealed > 0) {
      throw new IllegalStateException(batch.id() + " has " + unsealed + " unsealed chunks");
    }
    return sql.list(
        "SELECT * FROM chunk WHERE batch = ? ORDER BY number",
        row ->
            new Sealed(
                row.getInt("number"),
                row.getLong("epoch"),
                row.getLong("output_bytes"),
                row.getLong("error_bytes")),
        batch.sequence());
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
