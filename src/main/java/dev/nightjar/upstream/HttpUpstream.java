package dev.nightjar.upstream;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * An upstream over HTTP/1.1. Any thread may call it, virtual threads best. It opens as many
 * connections as there are calls at once: how many these may be, the caller decides.
 */
public final class HttpUpstream implements Upstream {
  /** A shorter value of a header is a word, and no secret. */
  private static final int SECRET_MIN = 8;

  private static final Header JSON = new BasicHeader("Content-Type", "application/json");

  private final String name;
  private final BaseUrl base;
  private final List<Header> headers;
  private final CallContext calls;
  private final Preset preset;
  private final OwnWords words;

  public HttpUpstream(UpstreamTarget target, InstantSource clock) {
    this(target, clock, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  public HttpUpstream(UpstreamTarget target, InstantSource clock, SSLSocketFactory tls) {
    this(target, clock, tls, Connections.Rest.DEFAULT);
  }

  /** For tests that have no time to rest. */
  HttpUpstream(
      UpstreamTarget target, InstantSource clock, SSLSocketFactory tls, Connections.Rest rest) {
    this.name = target.name();
    this.base = BaseUrl.of(target.baseUrl());
    this.headers = headers(base, target);
    this.preset = target.preset();
    this.words = new OwnWords(secrets(target), base.hostName());
    var connections = new Connections(name, target.maxConnections(), rest);
    this.calls =
        new CallContext(
            new Dialer(base, tls),
            connections,
            new RunningCalls(name, connections::closeRested),
            new Failures(name, base),
            new Redirects(base),
            clock);
  }

  private static List<Header> headers(BaseUrl base, UpstreamTarget target) {
    var same =
        Stream.of(
            new BasicHeader("Host", base.authority()),
            new BasicHeader("User-Agent", "nightjar/" + version()),
            new BasicHeader("Accept", "application/json"),
            new BasicHeader("Accept-Encoding", "identity"));
    var key =
        Stream.ofNullable(target.apiKey())
            .map(k -> new BasicHeader("Authorization", "Bearer " + k));
    var own =
        target.headers().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(header -> new BasicHeader(header.getKey(), header.getValue()));
    return Stream.of(same, key, own).<Header>flatMap(headers -> headers).toList();
  }

  private static List<String> secrets(UpstreamTarget target) {
    var headers = target.headers().values().stream().filter(value -> value.length() >= SECRET_MIN);
    return Stream.concat(Stream.ofNullable(target.apiKey()), headers).toList();
  }

  private static String version() {
    var fromJar = HttpUpstream.class.getPackage().getImplementationVersion();
    return fromJar == null ? "dev" : fromJar;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Preset preset() {
    return preset;
  }

  @Override
  public OwnWords words() {
    return words;
  }

  @Override
  public Call newCall(Request request) {
    var message = message("POST", request.path());
    message.addHeader(JSON);
    message.addHeader("Content-Length", request.body().length());
    message.addHeader("X-Request-Id", request.requestId());
    message.addHeader("Idempotency-Key", request.requestId());
    message.setEntity(new RequestBody(request.body()));
    return new HttpCall(calls, message, request.timeout());
  }

  @Override
  public Probe probe(Duration timeout) {
    return new ModelProbe(path -> new HttpCall(calls, message("GET", path), timeout)).run();
  }

  /** With host and path given apart, the library parses no URI. */
  private ClassicHttpRequest message(String method, String path) {
    var message = new BasicClassicHttpRequest(method, base.host(), base.join(path));
    headers.forEach(message::addHeader);
    return message;
  }

  RunningCalls running() {
    return calls.running();
  }

  /** Calls still in flight end as {@code Aborted}, and so does every later one. */
  @Override
  public void close() {
    calls.running().close();
    calls.connections().closeAll();
  }
}
