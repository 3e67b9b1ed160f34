package dev.nightjar.run;

import dev.nightjar.file.Bytes;
import dev.nightjar.file.JsonLines;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of a file of errors, put together by what they failed with. */
final class FailedLines {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final int KINDS_MAX = 1_000;
  private static final int KINDS_SHOWN = 5;
  private static final int WORDS_MAX = 120;

  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  private record Kind(String what, long count, String first) {
    Kind more() {
      return new Kind(what, count + 1, first);
    }
  }

  private FailedLines() {}

  /** A sentence for each of the most frequent. */
  static List<String> told(Path errors) throws IOException {
    var failed = new FailedLines();
    try (InputStream in = Files.newInputStream(errors)) {
      var lines = new JsonLines(in, LINE_BYTES_MAX);
      while (lines.next()) {
        failed.add(lines.isTooLong() ? "an answer over 1 MiB" : what(lines.line()), lines.line());
      }
    }
    return failed.told();
  }

  private void add(String what, Bytes line) {
    String kind = kinds.size() < KINDS_MAX || kinds.containsKey(what) ? what : "others";
    Kind before = kinds.get(kind);
    kinds.put(kind, before == null ? new Kind(kind, 1, customId(line).orElse("?")) : before.more());
  }

  private List<String> told() {
    var most = new ArrayList<>(kinds.values());
    most.sort(Comparator.comparingLong(Kind::count).reversed());
    var told = new ArrayList<String>();
    for (Kind kind : most.subList(0, Math.min(KINDS_SHOWN, most.size()))) {
      told.add(
          "%s × %s (first: %s)".formatted(Human.number(kind.count), kind.what, words(kind.first)));
    }
    if (most.size() > KINDS_SHOWN) {
      told.add("and %d other kinds".formatted(most.size() - KINDS_SHOWN));
    }
    return told;
  }

  /** Numbers say which line it was: without them the same failure is one kind. */
  private static String what(Bytes line) {
    JsonNode row = tree(line);
    JsonNode body = row.path("response").path("body");
    JsonNode error = body.path("error").isObject() ? body.path("error") : body;
    if (row.path("response").isMissingNode() || row.path("response").isNull()) {
      return said(text(row.at("/error/code")), text(row.at("/error/message")));
    }
    String status = text(row.at("/response/status_code"));
    String code = text(error.path("code"));
    String message = text(error.path("message")) + text(error.path("detail"));
    return said(
        code.isEmpty() || code.equals(status) ? status : status + " " + code,
        message.replaceAll("\\d+", "#"));
  }

  private static String said(String code, String message) {
    return words(message.isEmpty() ? code : code + ": " + message);
  }

  private static String text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? value.asString() : "";
  }

  private static String words(String text) {
    return Printable.escaped(
        text.length() > WORDS_MAX
            ? text.substring(0, text.offsetByCodePoints(0, WORDS_MAX / 2)) + "…"
            : text);
  }

  static Optional<String> customId(Bytes line) {
    JsonNode id = tree(line).path("custom_id");
    return id.isString() ? Optional.of(id.asString()) : Optional.empty();
  }

  private static JsonNode tree(Bytes line) {
    try {
      return JSON.readTree(line.array(), line.offset(), line.length());
    } catch (JacksonException _) {
      return JSON.createObjectNode();
    }
  }
}
