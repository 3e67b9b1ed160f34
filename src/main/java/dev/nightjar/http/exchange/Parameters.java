package dev.nightjar.http.exchange;

import io.helidon.http.HeaderName;
import io.helidon.webserver.http.ServerRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request's path, query and headers say. */
public final class Parameters {
  private Parameters() {}

  public static String path(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  /** All of the query, by name; of a parameter that comes twice the first counts. */
  public static Map<String, String> queries(ServerRequest request) {
    var queries = new HashMap<String, String>();
    for (String name : request.query().names()) {
      queries.put(name, request.query().first(name).orElse(""));
    }
    return queries;
  }

  /** All values of the query, by name. */
  public static Map<String, List<String>> lists(ServerRequest request) {
    var lists = new HashMap<String, List<String>>();
    for (String name : request.query().names()) {
      lists.put(name, request.query().all(name));
    }
    return lists;
  }

  public static @Nullable String header(ServerRequest request, HeaderName name) {
    return request.headers().first(name).orElse(null);
  }

  public static @Nullable String query(ServerRequest request, String name) {
    return request.query().first(name).orElse(null);
  }
}
