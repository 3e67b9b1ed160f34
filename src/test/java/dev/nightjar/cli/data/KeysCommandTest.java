package dev.nightjar.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyId;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Shells;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code nightjar keys} over keys in memory. */
class KeysCommandTest {
  private static final Instant CREATED = Instant.ofEpochSecond(1_763_632_800);
  private static final ApiKey KEY =
      new ApiKey(
          new KeyId("key_a"),
          "team-a",
          "one",
          Set.of(Scope.WRITE, Scope.READ),
          1_200,
          CREATED,
          CREATED.plusSeconds(60));
  private static final ApiKey OPEN_KEY =
      new ApiKey(new KeyId("key_b"), "b", "", Set.of(Scope.ADMIN), null, CREATED, null);

  private final Shells shells = new Shells();

  private static final class KeysInMemory implements DirectoryKeys {
    @Override
    public CreatedKey create(Path data, NewKey key) {
      return new CreatedKey(KEY, "sk-nj-text");
    }

    @Override
    public List<ApiKey> list(Path data) {
      return List.of(KEY, OPEN_KEY);
    }

    @Override
    public Optional<ApiKey> revoke(Path data, String id) {
      return Optional.of(KEY);
    }
  }

  private void keys(boolean isTerminal, String... arguments) {
    Shell shell = shells.shell(Map.of(), isTerminal);
    assertThat(KeysCommand.in(shell, new KeysInMemory()).execute(arguments)).isZero();
  }

  @Test
  void listIsATableOnATerminal() {
    keys(true, "list");

    assertThat(shells.out().lines())
        .containsExactly(
            "ID     PROJECT  NAME  SCOPES      PER MINUTE  CREATED              REVOKED",
            "key_a  team-a   one   read,write       1,200  2025-11-20 10:00:00  2025-11-20 10:01:00",
            "key_b  b              admin                -  2025-11-20 10:00:00  -");
  }

  @Test
  void listIsJsonLinesInAPipe() {
    keys(false, "list");

    assertThat(shells.out().lines())
        .containsExactly(
            """
            {"id":"key_a","project":"team-a","name":"one","scopes":["read","write"],\
            "requests_per_minute":1200,"created_at":1763632800,"revoked_at":1763632860}\
            """,
            """
            {"id":"key_b","project":"b","name":"","scopes":["admin"],\
            "requests_per_minute":null,"created_at":1763632800,"revoked_at":null}\
            """);
  }

  @Test
  void keyStandsAloneOnStandardOutput() {
    keys(true, "create");

    assertThat(shells.out()).isEqualToNormalizingNewlines("sk-nj-text\n");
    assertThat(shells.err()).contains("key_a").contains("it is shown this once");
  }
}
