package dev.nightjar;

import dev.nightjar.process.LogFields;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object a message and line: docs/operating.md has its members. */
final class LogJson extends Formatter {
  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public String format(LogRecord entry) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("time", entry.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
    json.put("level", entry.getLevel().getName());
    json.put("message", LogLine.message(entry, this));
    LogFields fields = LogLine.fields(entry);
    if (fields != null) {
      json.put("event", fields.event());
      fields.values().forEach((name, value) -> json.set(name, JSON.valueToTree(value)));
    }
    if (entry.getThrown() != null) {
      json.put("trace", LogLine.trace(entry.getThrown()));
    }
    return json + System.lineSeparator();
  }
}
