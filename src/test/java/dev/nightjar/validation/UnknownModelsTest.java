package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.BatchError;
import dev.nightjar.store.ContentReader;
import dev.nightjar.validation.Validator.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every line with a model that no upstream has is named, beside whatever else is wrong. */
@Tag("H1")
class UnknownModelsTest extends ValidatorFixture {
  private final List<Offer> asked = new ArrayList<>();

  /** What upstreams have, and how often somebody wanted to know why not. */
  private static final class Offer implements OfferedModels {
    private final Set<String> models;
    private int refusals;

    Offer(Set<String> models) {
      this.models = models;
    }

    @Override
    public boolean mayHave(String model) {
      return models.contains(model);
    }

    @Override
    public String refusal(String model) {
      refusals++;
      return model + " is unknown";
    }
  }

  private Outcome validate(String text, Set<String> models, long sliceBytes) throws IOException {
    try (ContentReader input = reader(text)) {
      var host =
          new Validator.Host(
              () -> true,
              Validator.Host.ALONE.longLines(),
              () -> {
                asked.add(new Offer(models));
                return asked.getLast();
              });
      var validator =
          new Validator(
              offset -> input.stream(offset, input.length() - offset),
              new LineRules(endpoint),
              limits,
              new CustomIds(42, -1),
              () -> false,
              host,
              _ -> {});
      Optional<Outcome> outcome = validator.advance(1, sliceBytes);
      while (outcome.isEmpty()) {
        outcome = validator.advance(1, sliceBytes);
      }
      return outcome.get();
    }
  }

  private List<BatchError> errors(String text, String... models) throws IOException {
    return ((Outcome.Invalid) validate(text, Set.of(models), Long.MAX_VALUE)).errors();
  }

  private String asking(int number, String model) {
    return chat(number).replace("\"m\"", '"' + model + '"') + "\n";
  }

  private static Tuple unknown(long line) {
    return tuple("model_not_found", line);
  }

  @Test
  void everyLineIsNamedBesideOtherProblems() throws IOException {
    String text =
        asking(1, "m")
            + asking(2, "x")
            + "{\n"
            + asking(4, "y").replace("POST", "GET")
            + asking(5, "n")
            + asking(6, "x");

    assertThat(errors(text, "m", "n"))
        .extracting(BatchError::code, BatchError::line)
        .containsExactly(
            unknown(2),
            tuple("invalid_json_line", 3L),
            tuple("invalid_method", 4L),
            unknown(4),
            tuple("mismatched_model", 5L),
            unknown(6));
    assertThat(errors(text, "m", "n").getFirst())
        .isEqualTo(new BatchError("model_not_found", "x is unknown", "body.model", 2L));
  }

  @Test
  void unknownModelOfTheFirstLineIsNotTheOneThatOthersMustHave() throws IOException {
    assertThat(errors(asking(1, "typo") + asking(2, "m") + asking(3, "m"), "m"))
        .extracting(BatchError::code, BatchError::line)
        .containsExactly(unknown(1));
  }

  @Test
  void linesOfSeveralModelsAreLookedAtOneByOne() throws IOException {
    limits = new InputLimits(50_000, 1 << 20, true);

    assertThat(errors(asking(1, "m") + asking(2, "x") + asking(3, "n"), "m", "n"))
        .extracting(BatchError::code, BatchError::line)
        .containsExactly(unknown(2));
  }

  @Test
  void lineThatMayLeaveItsModelOutIsNotLookedFor() throws IOException {
    endpoint = "/v1/moderations";

    assertThat(validate(line("a", "{\"input\":\"i\"}"), Set.of(), Long.MAX_VALUE))
        .isInstanceOf(Outcome.Valid.class);
  }

  @Test
  void whyIsAskedOnlyForWhatIsListed() throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      text.append(asking(i, "x-" + i));
    }

    List<BatchError> errors = errors(text.toString(), "m");

    assertThat(errors).hasSize(Validator.ERRORS_MAX);
    assertThat(errors.getLast().message()).startsWith("3000 problems were found");
    assertThat(asked.getFirst().refusals).isEqualTo(Validator.ERRORS_MAX);
  }

  @Test
  void modelsAreAskedAnewForEachSlice() throws IOException {
    String text = asking(1, "m") + asking(2, "m") + asking(3, "x");

    Outcome outcome = validate(text, Set.of("m"), 1);

    assertThat(((Outcome.Invalid) outcome).errors())
        .extracting(BatchError::code, BatchError::line)
        .containsExactly(unknown(3));
    assertThat(asked).hasSizeGreaterThanOrEqualTo(3);
  }
}
