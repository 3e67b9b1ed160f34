package dev.nightjar.cli.files;

import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.Table;
import java.time.ZoneId;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A file as a row of a table. */
final class FileView {
  static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("ID"),
          Table.Column.right("BYTES"),
          Table.Column.left("PURPOSE"),
          Table.Column.left("CREATED"),
          Table.Column.left("EXPIRES"),
          Table.Column.left("NAME"));

  private FileView() {}

  static List<String> row(JsonNode file, ZoneId zone) {
    return List.of(
        file.path("id").asString("-"),
        Human.bytes(file.path("bytes").asLong(0)),
        file.path("purpose").asString("-"),
        Human.time(file.path("created_at"), zone),
        Human.time(file.path("expires_at"), zone),
        file.path("filename").asString("-"));
  }
}
