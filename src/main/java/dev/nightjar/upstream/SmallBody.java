package dev.nightjar.upstream;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The body of an answer about the upstream itself, whole in memory. */
final class SmallBody implements Upstream.Sink {
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  /** Empty where it is no JSON. */
  Optional<JsonNode> json() {
    try {
      return Optional.of(JSON.readTree(body.toByteArray()));
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  @Override
  public void restart() {
    body.reset();
  }

  @Override
  public boolean accept(byte[] buffer, int offset, int count) {
    if (body.size() + count > MAX_BYTES) {
      return false;
    }
    body.write(buffer, offset, count);
    return true;
  }
}
