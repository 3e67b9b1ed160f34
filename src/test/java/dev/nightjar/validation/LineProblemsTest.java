package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchError;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.validation.Validator.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LineProblemsTest {
  private static final String URL = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"m\",\"messages\":[]}";
  private static final InputLimits LIMITS = new InputLimits(5_000, 10_000, false);

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("problems")
  void problemHasCodeParameterAndLine(String line, String code, String param) throws IOException {
    List<BatchError> errors = errors(good("a") + "\n" + line + "\n");

    assertThat(errors).isNotEmpty();
    assertThat(errors.getFirst().code()).isEqualTo(code);
    assertThat(String.valueOf(errors.getFirst().param())).isEqualTo(param);
    assertThat(errors.getFirst().line()).isEqualTo(3);
  }

  static Stream<Arguments> problems() {
    String deep = "{\"a\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}";
    return Stream.of(
        Arguments.of("\nnot json", "invalid_json_line", "null"),
        Arguments.of("\n{\"custom_id\":\"x\"", "invalid_json_line", "null"),
        Arguments.of("\n[1]", "invalid_json_line", "null"),
        Arguments.of("\n" + good("x") + " more", "invalid_json_line", "null"),
        Arguments.of("\n" + good("x") + good("y"), "invalid_json_line", "null"),
        Arguments.of("\n\uFEFF" + good("x"), "invalid_json_line", "null"),
        Arguments.of("\n" + line("\"x\"", URL, deep), "invalid_json_line", "null"),
        Arguments.of(
            "\n{\"method\":\"POST\",\"url\":\"" + URL + "\",\"body\":" + BODY + "}",
            "missing_required_parameter",
            "custom_id"),
        Arguments.of(
            "\n{\"custom_id\":\"x\",\"url\":\"" + URL + "\",\"body\":" + BODY + "}",
            "missing_required_parameter",
            "method"),
        Arguments.of(
            "\n{\"custom_id\":\"x\",\"method\":\"POST\",\"body\":" + BODY + "}",
            "missing_required_parameter",
            "url"),
        Arguments.of(
            "\n{\"custom_id\":\"x\",\"method\":\"POST\",\"url\":\"" + URL + "\"}",
            "missing_required_parameter",
            "body"),
        Arguments.of("\n" + good("x").replace("POST", "GET"), "invalid_method", "method"),
        Arguments.of("\n" + line("\"x\"", "/v1/embeddings", BODY), "invalid_url", "url"),
        Arguments.of("\n" + line("7", URL, BODY), "invalid_type", "custom_id"),
        Arguments.of("\n" + line("\"x\"", URL, "[]"), "invalid_type", "body"),
        Arguments.of(
            "\n" + line("\"x\",\"custom_id\":\"y\"", URL, BODY),
            "duplicate_parameter",
            "custom_id"),
        Arguments.of(
            "\n" + line("\"x\"", URL, "{\"messages\":[]}"), "invalid_request", "body.model"),
        Arguments.of(
            "\n" + line("\"x\"", URL, "{\"model\":\"m\"}"), "invalid_request", "body.messages"),
        Arguments.of(
            "\n" + line("\"x\"", URL, "{\"model\":\"m\",\"messages\":[],\"stream\":true}"),
            "streaming_unsupported",
            "body.stream"),
        Arguments.of(
            "\n" + line("\"x\"", URL, "{\"model\":\"other\",\"messages\":[]}"),
            "mismatched_model",
            "body.model"),
        Arguments.of("\n" + line("\"\\u0061\"", URL, BODY), "duplicate_custom_id", "custom_id"),
        Arguments.of(
            "\n" + line("\"" + "x".repeat(20_000) + "\"", URL, BODY), "line_too_long", "null"));
  }

  @Test
  void invalidUtf8IsNoJson() throws IOException {
    byte[] bytes = (good("a") + "\n").getBytes(StandardCharsets.UTF_8);
    bytes[15] = (byte) 0xC0;

    Outcome outcome = validate(bytes, LIMITS);

    assertThat(outcome).isInstanceOf(Outcome.Invalid.class);
  }

  @Test
  void blankLinesAndCarriageReturnsAreFine() throws IOException {
    ValidInput valid = valid("\r\n" + good("a") + "\r\n\n  \n" + good("b"));

    assertThat(valid.lines()).isEqualTo(2);
    assertThat(valid.model()).isEqualTo("m");
  }

  @Test
  void severalModelsAreAllowedWhenAskedFor() throws IOException {
    var mixed = new InputLimits(100, 10_000, true);
    String file = good("a") + "\n" + good("b").replace("\"m\"", "\"n\"") + "\n";

    Outcome outcome = validate(file.getBytes(StandardCharsets.UTF_8), mixed);

    assertThat(outcome).isInstanceOf(Outcome.Valid.class);
    assertThat(((Outcome.Valid) outcome).validated().model()).isNull();
  }

  private static String good(String id) {
    return line('"' + id + '"', URL, BODY);
  }

  private static String line(String id, String url, String body) {
    return "{\"custom_id\":%s,\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(id, url, body);
  }

  private List<BatchError> errors(String file) throws IOException {
    Outcome outcome = validate(file.getBytes(StandardCharsets.UTF_8), LIMITS);
    assertThat(outcome).isInstanceOf(Outcome.Invalid.class);
    return ((Outcome.Invalid) outcome).errors();
  }

  private ValidInput valid(String file) throws IOException {
    Outcome outcome = validate(file.getBytes(StandardCharsets.UTF_8), LIMITS);
    assertThat(outcome).isInstanceOf(Outcome.Valid.class);
    return ((Outcome.Valid) outcome).validated();
  }

  private Outcome validate(byte[] file, InputLimits limits) throws IOException {
    try (var reader = reader(file)) {
      var rules = new LineRules(URL);
      return new Validator(reader, rules, limits, new CustomIds(1, -1), () -> false).run(1);
    }
  }

  private ContentReader reader(byte[] file) throws IOException {
    var objects = new FileObjectStore(folder);
    try (var out = objects.create("in")) {
      out.write(file);
      out.commit();
    }
    return new ContentReader(objects, Manifest.ofObject("in", file.length));
  }
}
