package dev.nightjar.http;

import io.helidon.webserver.http.ServerRequest;

/** Whose files and batches a request is about: the one place that says so. */
final class Projects {
  private static final String DEFAULT = "default";

  private Projects() {}

  @SuppressWarnings("unused") // The request will tell once there are keys.
  static String of(ServerRequest request) {
    return DEFAULT;
  }
}
