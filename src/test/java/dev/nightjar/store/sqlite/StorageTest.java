package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.FileId;
import dev.nightjar.file.UploadId;
import dev.nightjar.store.sql.Sql;
import dev.nightjar.testing.TestStores;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What projects store, as triggers count it. */
class StorageTest {
  @TempDir private Path directory;

  @Test
  @Tag("K4")
  void whatProjectsOfAnEarlierVersionStoreIsCounted() throws Exception {
    Path file = directory.resolve("older.db");
    try (var sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file))) {
      for (int version = 1; version <= 4; version++) {
        sql.script(Database.resource("V%d.sql".formatted(version)));
      }
      sql.script(
          """
          INSERT INTO file VALUES (1, 'file-a', 'default', 'a', 'batch', 100, 0, NULL, NULL, x'');
          INSERT INTO file VALUES (2, 'file-b', 'default', 'b', 'batch', 20, 0, NULL, 7, x'');
          INSERT INTO upload (id, project, filename, purpose, bytes, created_at, expires_at, file_id, status)
            VALUES ('upload_a', 'default', 'a', 'batch', 100, 0, 1, 'file-a', 'completed');
          INSERT INTO part VALUES ('part_a', 1, 100, 0);
          INSERT INTO part VALUES ('part_b', 1, 3, 0);
          PRAGMA user_version = 4;
          """);
    }

    try (var stores = TestStores.open(file)) {
      assertThat(stores.files().storedBytes("default")).isEqualTo(123);
      stores.retention().forgetUploads(List.of(new UploadId("upload_a")));
      assertThat(stores.files().storedBytes("default")).isEqualTo(120);
      stores.retention().forgetFiles(List.of(new FileId("file-b")));
      assertThat(stores.files().storedBytes("default")).isEqualTo(100);
    }
  }
}
