package dev.nightjar.http.exchange;

import dev.nightjar.net.ConnectionGuard;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends JSON; to HEAD its head only. */
public final class Answers {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Answers() {}

  static byte[] bytes(JsonNode json) {
    return JSON.writeValueAsBytes(json);
  }

  public static void send(ServerRequest request, ServerResponse response, JsonNode json) {
    send(request, response, 200, json);
  }

  public static void send(
      ServerRequest request, ServerResponse response, int status, JsonNode json) {
    byte[] body = bytes(json);
    response.status(status);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.headers().contentLength(body.length);
    if (request.prologue().method().equals(Method.HEAD)) {
      ConnectionGuard.send(request, response::send);
    } else if (body.length <= AnswerOutput.PIECE_BYTES) {
      ConnectionGuard.send(request, () -> response.send(body));
    } else {
      sendInParts(request, response, body);
    }
  }

  /** Of which each must be taken in time, while the whole may take longer. */
  private static void sendInParts(ServerRequest request, ServerResponse response, byte[] body) {
    var out = new AnswerOutput(request, response.outputStream());
    out.write(body, 0, body.length);
    out.end();
  }
}
