package dev.nightjar.engine.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.ModelNames.Others;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("F2")
class ModelNamesTest {
  @ParameterizedTest
  @CsvSource({
    "llama3.2:latest, llama3.2",
    "llama3.2, llama3.2:latest",
    "models/gemini-2.0-flash, gemini-2.0-flash",
    "gemini-2.0-flash, models/gemini-2.0-flash",
    "meta-llama/Llama-3.1-8B-Instruct, meta-llama/llama-3.1-8b-instruct",
    "qwen2.5-7b-instruct, Qwen2.5-7B-Instruct",
    "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:latest, hf.co/bartowski/llama-3.2-3b-instruct-gguf",
    "Qwen3-Coder:Latest, qwen3-coder",
    "models/text-embedding-004, Models/Text-Embedding-004"
  })
  void modelGoesByMoreNamesThanTheListedOne(String listed, String asked) {
    ModelNames names = ModelNames.of(List.of("other", listed));

    assertThat(names.spelling(asked)).isEqualTo(listed);
    assertThat(names.spelling(listed)).isEqualTo(listed);
  }

  @Test
  void exactNameGoesFirst() {
    ModelNames names = ModelNames.of(List.of("M", "m:latest", "m"));

    assertThat(names.spelling("m")).isEqualTo("m");
    assertThat(names.spelling("m:latest")).isEqualTo("m:latest");
    assertThat(names.spelling("models/M")).as("of those that are left the first").isEqualTo("M");
  }

  @Test
  void anotherTagOrAnotherOwnersModelIsAnother() {
    ModelNames names = ModelNames.of(List.of("llama3.2:1b", "meta-llama/Llama-3.1-8B"));

    assertThat(names.spelling("llama3.2")).isNull();
    assertThat(names.spelling("Llama-3.1-8B")).isNull();
  }

  @Test
  void whoeverHasOneModelLoadedTakesAnyNameForIt() {
    ModelNames one = ModelNames.of(List.of(), Others.ANY_WITH_ONE);

    assertThat(one.isUnknown()).isTrue();
    assertThat(one.with(Set.of("/models/a.gguf")).spelling("gpt-4o")).isEqualTo("gpt-4o");
    assertThat(one.with(Set.of("a", "b")).spelling("gpt-4o")).isNull();
  }

  @Test
  void whoeverTakesAnyNameIsCalledByTheListedOneWhereThereIsSuch() {
    ModelNames any = ModelNames.of(List.of(), Others.ANY);

    assertThat(any.isUnknown()).isFalse();
    assertThat(any.spelling("m")).isEqualTo("m");
    assertThat(any.with(Set.of("M:latest")).spelling("m")).isEqualTo("M:latest");
  }
}
