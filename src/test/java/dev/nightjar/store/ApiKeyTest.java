package dev.nightjar.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ApiKey.Scope;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
  @ParameterizedTest
  @CsvSource({
    "READ,  READ,  true",
    "READ,  WRITE, false",
    "READ,  ADMIN, false",
    "WRITE, READ,  true",
    "WRITE, WRITE, true",
    "WRITE, ADMIN, false",
    "ADMIN, READ,  true",
    "ADMIN, WRITE, true",
    "ADMIN, ADMIN, true",
  })
  void scopeAllowsItselfAndTheOnesBeforeIt(Scope held, Scope needed, boolean isAllowed) {
    var key = new ApiKey(new KeyId("key_a"), "p", "", Set.of(held), null, Instant.EPOCH, null);

    assertThat(key.allows(needed)).isEqualTo(isAllowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "team-a_1", "default"})
  void projectMayBeCalled(String name) {
    assertThat(ApiKey.isProjectName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "_a", "A", "a b", "a/b", "ä", "a\n"})
  void projectMayNotBeCalled(String name) {
    assertThat(ApiKey.isProjectName(name)).isFalse();
  }

  @Test
  void projectNamesEndAt64Characters() {
    assertThat(ApiKey.isProjectName("a".repeat(64))).isTrue();
    assertThat(ApiKey.isProjectName("a".repeat(65))).isFalse();
  }
}
