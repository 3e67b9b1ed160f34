package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.store.NewIds;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.TimeUnit;

/**
 * The first and last to see a request: it names and times the answer, which clients show to their
 * users when something goes wrong, and answers for the filters behind it.
 */
public record Exchange(NewIds ids) implements Filter {
  private static final HeaderName PROCESSING_MS = HeaderNames.create("openai-processing-ms");
  private static final HeaderName VERSION = HeaderNames.create("openai-version");
  private static final String API_VERSION = "2020-10-01";
  private static final HeaderName ORGANIZATION = HeaderNames.create("openai-organization");

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    long begun = System.nanoTime();
    var body = new UnreadBody(request);
    response.header(ErrorResponses.REQUEST_ID, ids.newRequest());
    response.header(VERSION, API_VERSION);
    response.header(ORGANIZATION, "nightjar");
    response.beforeSend(() -> {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      // Not response.header(): over HTTP/2 that refuses at this moment.
      response.headers().set(PROCESSING_MS, Long.toString(millis));
    });
    try {
      requirePath(request);
      chain.proceed();
    } catch (CloseConnectionException | RequestException e) {
      throw e;
    } catch (RuntimeException e) {
      ErrorResponses.send(request, response, e);
    }
    body.finish();
    closeIfAsked(request);
  }

  /** A target such as {@code localhost:80} is a URI, but has none: the router would fail of it. */
  private static void requirePath(RoutingRequest request) {
    if (request.path().absolute().path() == null) {
      throw new ApiError(
          400, null, null, "The request's target must be a path, such as /v1/files.");
    }
  }

  /**
   * The server announces {@code Connection: close} and then waits for the client to do it; one that
   * reads to the end would wait as well.
   */
  private static void closeIfAsked(RoutingRequest request) {
    if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("the client asked for it");
    }
  }
}
