package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchError;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.validation.Validator.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractListAssert;
import org.assertj.core.api.ObjectAssert;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Validates texts as input files. */
abstract class ValidatorFixture {
  static final String CHAT = "/v1/chat/completions";

  @TempDir private Path directory;
  private FileObjectStore objects;
  InputLimits limits = new InputLimits(50_000, 1 << 20, false);
  long hashMask = -1;
  String endpoint = CHAT;

  @BeforeEach
  void open() throws IOException {
    objects = new FileObjectStore(directory);
  }

  @AfterEach
  void close() {
    objects.close();
  }

  final AbstractListAssert<?, List<? extends Tuple>, Tuple, ObjectAssert<Tuple>> assertErrors(
      String text) throws IOException {
    return assertThat(invalid(text))
        .extracting(BatchError::code, BatchError::param, BatchError::line);
  }

  final List<BatchError> invalid(String text) throws IOException {
    return ((Outcome.Invalid) run(text, () -> false)).errors();
  }

  final ValidInput valid(String text) throws IOException {
    Outcome outcome = run(text, () -> false);
    assertThat(outcome).isInstanceOf(Outcome.Valid.class);
    return ((Outcome.Valid) outcome).validated();
  }

  final Outcome run(String text, BooleanSupplier isCancelled) throws IOException {
    var rules = new LineRules(endpoint, limits.mixedUrls());
    try (ContentReader input = reader(text)) {
      return new Validator(input, rules, limits, new CustomIds(42, hashMask), isCancelled).run(1);
    }
  }

  final ContentReader reader(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (ObjectStore.Writer writer = objects.create("input")) {
      writer.write(bytes);
      writer.commit();
    }
    return new ContentReader(objects, Manifest.ofObject("input", bytes.length));
  }

  final String line(String customId, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(customId, endpoint, body);
  }

  final String chat(int number) {
    return line("id-" + number, "{\"model\":\"m\",\"messages\":[]}");
  }

  final String chats(int count) {
    return IntStream.range(0, count).mapToObj(i -> chat(i) + "\n").collect(Collectors.joining());
  }
}
