package dev.nightjar.http;

import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

/** What a request's path and query say. */
final class Parameters {
  private Parameters() {}

  static String path(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  static @Nullable String query(ServerRequest request, String name) {
    return request.query().first(name).orElse(null);
  }
}
