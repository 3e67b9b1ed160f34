package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Batch.Stamps;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Price;
import dev.nightjar.file.FileId;
import dev.nightjar.file.StoredFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Values of rows. */
public final class Rows {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};
  private static final TypeReference<List<BatchError>> ERRORS = new TypeReference<>() {};

  /** The condition on a batch that has not ended; an index on those has the same words. */
  public static final String UNFINISHED =
      BatchStatus.UNFINISHED.stream()
          .map(status -> "'%s'".formatted(status.apiName()))
          .collect(Collectors.joining(", ", "status IN (", ")"));

  private Rows() {}

  static StoredFile file(ResultSet row) throws SQLException {
    return new StoredFile(
        new FileId(row.getString("id")),
        row.getLong("sequence"),
        row.getString("project"),
        row.getString("filename"),
        row.getString("purpose"),
        row.getLong("bytes"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        instant(row, "expires_at"));
  }

  public static Batch batch(ResultSet row) throws SQLException {
    String metadata = row.getString("metadata");
    String ending = row.getString("ending");
    String price = row.getString("price");
    return new Batch(
        new BatchId(row.getString("id")),
        row.getLong("sequence"),
        row.getString("project"),
        row.getString("endpoint"),
        row.getString("model"),
        price == null ? null : Price.parse(price),
        new FileId(row.getString("input_file_id")),
        row.getString("completion_window"),
        BatchStatus.of(row.getString("status")),
        ending == null ? null : Ending.valueOf(ending.toUpperCase(Locale.ROOT)),
        stamps(row),
        new RequestCounts(row.getLong("total"), row.getLong("completed"), row.getLong("failed")),
        usage(row),
        errors(row.getString("errors")),
        row.getInt("errors_total"),
        fileId(row, "output_file_id"),
        fileId(row, "error_file_id"),
        metadata == null ? Map.of() : JSON.readValue(metadata, METADATA),
        number(row, "output_expires_after"),
        number(row, "max_in_flight"));
  }

  static Usage usage(ResultSet row) throws SQLException {
    return new Usage(
        row.getLong("input_tokens"),
        row.getLong("cached_tokens"),
        row.getLong("output_tokens"),
        row.getLong("reasoning_tokens"));
  }

  private static Stamps stamps(ResultSet row) throws SQLException {
    return new Stamps(
        Instant.ofEpochMilli(row.getLong("created_at")),
        instant(row, "expires_at"),
        instant(row, "in_progress_at"),
        instant(row, "finalizing_at"),
        instant(row, "completed_at"),
        instant(row, "failed_at"),
        instant(row, "expired_at"),
        instant(row, "cancelling_at"),
        instant(row, "cancelled_at"));
  }

  public static Chunk chunk(ResultSet row) throws SQLException {
    return new Chunk(
        new ChunkId(row.getLong("batch"), row.getInt("number")),
        row.getLong("epoch"),
        row.getLong("first_line"),
        row.getInt("lines"),
        row.getLong("offset"),
        row.getLong("length"));
  }

  static String errors(List<BatchError> errors) {
    return JSON.writeValueAsString(errors);
  }

  static List<BatchError> errors(String errors) {
    return JSON.readValue(errors, ERRORS);
  }

  public static @Nullable String metadata(Map<String, String> metadata) {
    return metadata.isEmpty() ? null : JSON.writeValueAsString(metadata);
  }

  private static @Nullable FileId fileId(ResultSet row, String column) throws SQLException {
    String id = row.getString(column);
    return id == null ? null : new FileId(id);
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    Long millis = number(row, column);
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }

  static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }
}
