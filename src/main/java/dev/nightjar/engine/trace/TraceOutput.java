package dev.nightjar.engine.trace;

import dev.nightjar.batch.Answer;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/**
 * Writes the engine's values. Bytes that users sent or got are not serializable, and so never come
 * here.
 */
public final class TraceOutput extends ObjectOutputStream {
  public TraceOutput(OutputStream out) throws IOException {
    super(out);
    enableReplaceObject(true);
  }

  @Override
  protected Object replaceObject(Object value) {
    return value instanceof Answer answer ? AnswerTrace.of(answer) : value;
  }
}
