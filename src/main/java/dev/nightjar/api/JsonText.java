package dev.nightjar.api;

import dev.nightjar.batch.JsonFault;
import dev.nightjar.batch.JsonScan;
import dev.nightjar.file.Bytes;

/** A body that should be JSON. */
public final class JsonText {
  private JsonText() {}

  /** Why it is none, and where, for one that a parser has refused. */
  public static String problem(byte[] body) {
    return JsonScan.fault(Bytes.of(body))
        .map(fault -> "it is not valid JSON at " + place(body, fault))
        .orElse("it is not valid JSON");
  }

  private static String place(byte[] body, JsonFault fault) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < fault.at(); i++) {
      column = body[i] == '\n' ? 1 : column + 1;
      line += body[i] == '\n' ? 1 : 0;
    }
    return "line %d, column %d: %s".formatted(line, column, fault.what());
  }
}
