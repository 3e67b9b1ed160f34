package dev.nightjar.http.access;

import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

/** Whose files and batches a request is about: the one place that says so. */
public final class Projects {
  private Projects() {}

  private record Project(String name, boolean isForAll) {}

  /** A route behind no filter that sets it is a defect, and fails. */
  public static String of(ServerRequest request) {
    return project(request).name();
  }

  /** What reports are about: null for all projects, if an admin's key names none. */
  public static @Nullable String reported(ServerRequest request) {
    Project project = project(request);
    return project.isForAll() ? null : project.name();
  }

  private static Project project(ServerRequest request) {
    return request
        .context()
        .get(Project.class)
        .orElseThrow(() -> new IllegalStateException("the request has no project"));
  }

  /** Whether it was let through to the routes. */
  public static boolean isSet(ServerRequest request) {
    return request.context().get(Project.class).isPresent();
  }

  static void set(RoutingRequest request, String name, boolean isForAll) {
    request.context().register(new Project(name, isForAll));
  }
}
