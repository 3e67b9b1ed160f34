package dev.nightjar.http;

import dev.nightjar.engine.Ids;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.TimeUnit;

/** Puts on each answer what OpenAI's clients show to their users when something goes wrong. */
record AnswerHeaders(Ids ids) implements Filter {
  static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
  private static final HeaderName PROCESSING_MS = HeaderNames.create("openai-processing-ms");
  private static final HeaderName VERSION = HeaderNames.create("openai-version");
  private static final String API_VERSION = "2020-10-01";

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    long begun = System.nanoTime();
    response.header(REQUEST_ID, ids.newRequest());
    response.header(VERSION, API_VERSION);
    response.beforeSend(() -> {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      // Not response.header(): over HTTP/2 that refuses at this moment.
      response.headers().set(PROCESSING_MS, Long.toString(millis));
    });
    chain.proceed();
  }
}
