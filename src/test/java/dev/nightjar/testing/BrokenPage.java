package dev.nightjar.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Overwrites the first page of a table or index in a database that nobody has open. */
public final class BrokenPage {
  private BrokenPage() {}

  public static void write(Path database, String table) throws IOException, SQLException {
    long root;
    int pageBytes;
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = connection.createStatement()) {
      try (var size = statement.executeQuery("PRAGMA page_size")) {
        pageBytes = size.getInt(1);
      }
      try (var query =
          connection.prepareStatement("SELECT rootpage FROM sqlite_schema WHERE name = ?")) {
        query.setString(1, table);
        try (var row = query.executeQuery()) {
          root = row.getLong(1);
        }
      }
    }
    try (var file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek((root - 1) * pageBytes);
      file.write("This is no page of a database.".getBytes(StandardCharsets.UTF_8));
    }
  }
}
