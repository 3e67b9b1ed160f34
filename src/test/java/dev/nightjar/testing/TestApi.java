package dev.nightjar.testing;

import dev.nightjar.api.Access;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.accounts.Estimates;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.Uploads;
import dev.nightjar.api.webhooks.Webhooks;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.LongLines;
import dev.nightjar.http.Health;
import dev.nightjar.http.HttpServer;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyId;
import dev.nightjar.store.KeyStore.NewKey;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Stores;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.validation.Expectations;
import dev.nightjar.webhook.AllowList;
import dev.nightjar.webhook.Sender;
import dev.nightjar.webhook.Targets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real server over the real stores on a free port, and a client for it. */
public final class TestApi implements AutoCloseable {
  public static final String BOUNDARY = "xXboundaryXx";
  public static final String LINE = "{\"custom_id\": \"a\"}\n";

  public final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  public final AtomicReference<Supplier<Optional<String>>> dead =
      new AtomicReference<>(Optional::empty);
  public final AtomicReference<Optional<String>> unready = new AtomicReference<>(Optional.empty());
  public final AtomicReference<DiskSpace.Room> room =
      new AtomicReference<>(new DiskSpace.Room(1L << 40, 1L << 40, 0));
  public final AtomicLong nanos = new AtomicLong();
  public final LongLines longLines = new LongLines();

  /** Sent with each request; empty for none. */
  public final AtomicReference<String> key = new AtomicReference<>("");

  private final NewIds ids = new NewIds(new Random(1));
  public final IdleBatchRunner runner = new IdleBatchRunner();
  public final AtomicInteger webhooksWoken = new AtomicInteger();
  public final Stores stores;
  public final FileObjectStore objects;
  public final ConnectionGuard guard;
  public final HttpServer.Services services;
  public final HttpServer server;
  public final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  public TestApi(Path directory) throws IOException {
    this(directory, ApiLimits.DEFAULT);
  }

  public TestApi(Path directory, ApiLimits limits) throws IOException {
    this(directory, limits, Duration.ofSeconds(60));
  }

  /**
   * @param patience how long a connection may be silent, and a body may keep us waiting
   */
  public TestApi(Path directory, ApiLimits limits, Duration patience) throws IOException {
    this(directory, limits, patience, Terms.NONE);
  }

  public TestApi(Path directory, ApiLimits limits, Duration patience, Terms terms)
      throws IOException {
    this(directory, limits, any(patience), terms);
  }

  private static ConnectionGuard.Limits any(Duration patience) {
    int any = Integer.MAX_VALUE;
    return new ConnectionGuard.Limits(patience, patience, any, any, any);
  }

  public TestApi(Path directory, ApiLimits limits, ConnectionGuard.Limits clients, Terms terms)
      throws IOException {
    guard = ConnectionGuard.start(clients);
    stores = TestStores.open(directory.resolve("meta.db"), now::get);
    objects = new FileObjectStore(directory.resolve("objects"));
    services = services(limits, terms);
    server = new HttpServer(new HttpServer.Listen("127.0.0.1", 0, guard, null), services);
    port = server.start();
  }

  private HttpServer.Services services(ApiLimits limits, Terms terms) {
    var targets = new Targets(TestApi::addresses, AllowList.parse(List.of("127.0.0.1")));
    var sender =
        new Sender(
            targets, (SSLSocketFactory) SSLSocketFactory.getDefault(), now::get, "Nightjar/test");
    var apiStores = new ApiStores(stores, objects, () -> room.get(), ids, now::get);
    var files = new Files(apiStores, limits);
    var accounts = new Accounts(stores.ledger(), terms, now::get);
    return new HttpServer.Services(
        files,
        new Uploads(apiStores, limits),
        new Batches(apiStores, runner, limits, accounts),
        new Webhooks(
            apiStores,
            limits,
            new Webhooks.Outbound(targets, sender, webhooksWoken::incrementAndGet)),
        accounts,
        new Estimates(files, new Expectations(terms, stores.ledger()), longLines),
        () -> Map.of("org/model", "local"),
        new Health(List.of(() -> dead.get().get()), List.of(unready::get)),
        () -> "# no metrics here\n",
        ids,
        new Access(stores.keys(), false, nanos::get));
  }

  /** The same with another access. */
  public HttpServer.Services services(Access access) {
    HttpServer.Services ours = services;
    return new HttpServer.Services(
        ours.files(),
        ours.uploads(),
        ours.batches(),
        ours.webhooks(),
        ours.accounts(),
        ours.estimates(),
        ours.models(),
        ours.health(),
        ours.metrics(),
        ours.ids(),
        access);
  }

  /** Hosts called public are that; others are written as addresses, or unknown. */
  private static List<InetAddress> addresses(String project, String host)
      throws UnknownHostException {
    if (host.endsWith("public.example")) {
      return List.of(InetAddress.ofLiteral("93.184.216.34"));
    }
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException _) {
      throw new UnknownHostException(host);
    }
  }

  public URI url(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
  }

  public HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url(path)).version(HttpClient.Version.HTTP_1_1);
    String text = key.get();
    return text.isEmpty() ? request : request.header("Authorization", "Bearer " + text);
  }

  /** Makes a key and gives its text. */
  public String createKey(String project, Scope scope, @Nullable Integer perMinute) {
    String text = ids.newKeyText();
    var asked = new NewKey(ids.newKey(), project, "", Set.of(scope), perMinute);
    stores.keys().createKey(asked, ApiKey.hash(text));
    return text;
  }

  public void revoke(String text) {
    KeyId id = stores.keys().key(ApiKey.hash(text)).orElseThrow().id();
    stores.keys().revokeKey(id);
  }

  public HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  /** Sends it and goes on. */
  public CompletableFuture<HttpResponse<byte[]>> sendAsync(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
  }

  public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  public HttpResponse<byte[]> post(String path, String json)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  public HttpResponse<byte[]> postForm(String body) throws IOException, InterruptedException {
    return postForm(BodyPublishers.ofString(body));
  }

  public HttpResponse<byte[]> postForm(BodyPublisher body)
      throws IOException, InterruptedException {
    return send(
        request("/v1/files")
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(body));
  }

  /** Uploads a file and returns its id. */
  public String upload(String purpose, String filename, String text)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = postForm(form(field("purpose", purpose), file(filename, text)));
    if (response.statusCode() != 200) {
      throw new IllegalStateException(new String(response.body(), StandardCharsets.UTF_8));
    }
    return json(response).get("id").asString();
  }

  /** Creates a batch and returns its id. */
  public String createBatch() throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        post(
            "/v1/batches",
            """
            {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"}
            """);
    return json(response).get("id").asString();
  }

  public static String field(String name, String value) {
    return part("Content-Disposition: form-data; name=\"%s\"".formatted(name), value);
  }

  public static String file(String filename, String text) {
    return part(
        "Content-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: application/octet-stream"
            .formatted(filename),
        text);
  }

  public static String part(String headers, String body) {
    return "--%s\r\n%s\r\n\r\n%s\r\n".formatted(BOUNDARY, headers, body);
  }

  public static String form(String... parts) {
    return String.join("", parts) + "--" + BOUNDARY + "--\r\n";
  }

  public static JsonNode json(HttpResponse<byte[]> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  public static JsonNode error(HttpResponse<byte[]> response) {
    return json(response).get("error");
  }

  @Override
  public void close() {
    client.close();
    server.stop();
    guard.close();
    objects.close();
    stores.close();
  }
}
