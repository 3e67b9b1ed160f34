package dev.nightjar.http;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether this process lives and may be sent work: each check gives its reason why not, or nothing.
 * They are asked at each request, so none of them may wait.
 *
 * @param live why the process should be started anew
 * @param ready why no work should be sent here, besides
 */
public record Health(
    List<Supplier<Optional<String>>> live, List<Supplier<Optional<String>>> ready) {
  public Health {
    live = List.copyOf(live);
    ready = List.copyOf(ready);
  }

  Optional<String> deadBecause() {
    return first(live.stream());
  }

  Optional<String> unreadyBecause() {
    return first(Stream.concat(live.stream(), ready.stream()));
  }

  private static Optional<String> first(Stream<Supplier<Optional<String>>> checks) {
    return checks.flatMap(check -> check.get().stream()).findFirst();
  }
}
