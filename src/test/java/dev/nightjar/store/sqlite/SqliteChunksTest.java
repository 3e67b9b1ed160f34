package dev.nightjar.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.Usage;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.ChunkStoreContract;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.Samples;
import dev.nightjar.store.Stores;
import dev.nightjar.store.sql.Sql;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteChunksTest extends ChunkStoreContract {
  @Override
  protected Stores open(Path directory, NodeId node, InstantSource clock) {
    return SqliteStores.open(directory.resolve("meta.db"), node, clock);
  }

  @Test
  void sealsOfABatchAreNumberedAsTheyCome(@TempDir Path other) throws Exception {
    try (Stores opened = open(other, NODE, () -> Samples.NOW)) {
      Batch batch = Samples.inProgress(opened, "batch_2", 3);
      List<Chunk> chunks = opened.chunks().claim(batch.sequence(), 3);
      for (int next : List.of(2, 0, 0, 1)) {
        opened.chunks().seal(new Seal(chunks.get(next).id(), 1, 50, 0, 10, 0, Usage.NONE));
      }
    }

    try (var sql =
        new Sql(DriverManager.getConnection("jdbc:sqlite:" + other.resolve("meta.db")))) {
      assertThat(sql.list("SELECT sealed_as FROM chunk ORDER BY number", row -> row.getInt(1)))
          .containsExactly(2, 3, 1);
      assertThat(sql.one("SELECT events FROM batch", row -> row.getInt(1))).contains(3);
    }
  }
}
