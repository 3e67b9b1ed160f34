package dev.nightjar.http;

import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.ServerRequest;

/** Whose files and batches a request is about: the one place that says so. */
final class Projects {
  private Projects() {}

  private record Project(String name) {}

  /** A route behind no filter that sets it is a defect, and fails. */
  static String of(ServerRequest request) {
    return request
        .context()
        .get(Project.class)
        .orElseThrow(() -> new IllegalStateException("the request has no project"))
        .name();
  }

  static void set(RoutingRequest request, String name) {
    request.context().register(new Project(name));
  }
}
