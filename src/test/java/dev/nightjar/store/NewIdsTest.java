package dev.nightjar.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who knows one id cannot guess another: each carries at least 120 bits of chance. */
class NewIdsTest {
  private final NewIds ids = new NewIds(new SecureRandom());

  @Test
  void idsOfObjectsHave128BitsOrMore() {
    assertThat(ids.newFile().value()).matches("file-[0-9A-Za-z]{24}"); // 142 bits.
    assertThat(ids.newBatch().value()).matches("batch_[0-9a-f]{32}");
    assertThat(ids.newUpload().value()).matches("upload_[0-9a-f]{32}");
    assertThat(ids.newPart().value()).matches("part_[0-9a-f]{32}");
    assertThat(ids.newKey().value()).matches("key_[0-9a-f]{32}");
  }

  @Test
  void keysHave256Bits() {
    assertThat(ids.newKeyText()).matches("sk-nj-[0-9A-Za-z]{43}");
  }

  @Test
  void everyCharacterOfAnIdVaries() {
    assertVaries(() -> ids.newFile().value(), "file-".length(), 62);
    assertVaries(() -> ids.newBatch().value(), "batch_".length(), 16);
    assertVaries(() -> ids.newUpload().value(), "upload_".length(), 16);
    assertVaries(() -> ids.newPart().value(), "part_".length(), 16);
    assertVaries(ids::newKeyText, "sk-nj-".length(), 62);
  }

  private static void assertVaries(Supplier<String> make, int from, int values) {
    var samples = Stream.generate(make).limit(2_000).toList();
    for (int i = from; i < samples.getFirst().length(); i++) {
      Set<Character> seen = new HashSet<>();
      for (String sample : samples) {
        seen.add(sample.charAt(i));
      }
      assertThat(seen).as("character %d of %s", i, samples.getFirst()).hasSize(values);
    }
  }
}
