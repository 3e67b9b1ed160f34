package dev.nightjar.testing;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.nightjar.RunningServer;
import dev.nightjar.config.BoundSettings;
import dev.nightjar.config.CallSettings;
import dev.nightjar.config.InputSettings;
import dev.nightjar.config.ListenerSettings;
import dev.nightjar.config.ListenerSettings.Doors;
import dev.nightjar.config.LogStyle;
import dev.nightjar.config.Settings;
import dev.nightjar.config.StorageSettings;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.config.WebhookSettings;
import dev.nightjar.cost.Terms;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.sim.answer.TokenCounter.UsageCount;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** A real server on port 0 before a simulated upstream, and an official client of it. */
public final class ServerFixture implements AutoCloseable {
  public static final Duration LIMIT = Duration.ofMinutes(2);

  private static final long LOOK_NANOS = 20_000_000L;

  public final SimServer sim;
  public final RunningServer server;
  public final OpenAIClient client;

  private ServerFixture(SimServer sim, RunningServer server) {
    this.sim = sim;
    this.server = server;
    this.client = client(server.port());
  }

  public static ServerFixture start(Path data, SimOptions options) {
    return start(data, options, Terms.NONE);
  }

  public static ServerFixture start(Path data, SimOptions options, Terms terms) {
    SimServer sim = SimServer.start(options);
    UpstreamSettings upstream = upstream(sim.url(), 256);
    return start(sim, settings(data, upstream, BoundSettings.DEFAULT, terms));
  }

  public static ServerFixture start(SimServer sim, Settings settings) {
    return new ServerFixture(sim, RunningServer.start(settings));
  }

  public static Settings settings(Path data, String upstream, int maxInFlight) {
    return settings(data, upstream(upstream, maxInFlight));
  }

  public static UpstreamSettings upstream(String url, int maxInFlight) {
    return new UpstreamSettings("sim", url, null, Set.of(), maxInFlight);
  }

  public static Settings settings(Path data, UpstreamSettings upstream) {
    return settings(data, upstream, BoundSettings.DEFAULT, Terms.NONE);
  }

  public static Settings settings(
      Path data, UpstreamSettings upstream, BoundSettings bounds, Terms terms) {
    return new Settings(
        data,
        new ListenerSettings("127.0.0.1", 0, Doors.DEFAULT, null),
        List.of(upstream),
        new CallSettings(
            Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(1), true),
        InputSettings.DEFAULT,
        StorageSettings.DEFAULT,
        bounds,
        terms,
        new WebhookSettings(List.of("127.0.0.1")),
        LogStyle.TEXT);
  }

  public static OpenAIClient client(int port) {
    return OpenAIOkHttpClient.builder()
        .baseUrl("http://127.0.0.1:" + port + "/v1")
        .apiKey("any")
        .responseValidation(true)
        .build();
  }

  /** Uploads a file and makes a batch of it. */
  public Batch create(String endpoint, Path input) {
    return create(client, endpoint, input);
  }

  public static Batch create(OpenAIClient client, String endpoint, Path input) {
    return create(client, endpoint, upload(client, input).id());
  }

  public static FileObject upload(OpenAIClient client, Path input) {
    return client
        .files()
        .create(FileCreateParams.builder().purpose(FilePurpose.BATCH).file(input).build());
  }

  public static Batch create(OpenAIClient client, String endpoint, String inputFileId) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(inputFileId)
                .endpoint(BatchCreateParams.Endpoint.of(endpoint))
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build());
  }

  /** Asks until the batch has ended, as the guide's loops do. */
  public Batch await(String id) {
    return await(client, id);
  }

  public static Batch await(OpenAIClient client, String id) {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < limit) {
      Batch batch = client.batches().retrieve(id);
      switch (batch.status().asString()) {
        case "completed", "failed", "expired", "cancelled" -> {
          return batch;
        }
        default -> LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    throw new AssertionError("the batch has not ended within " + LIMIT);
  }

  public static void awaitThat(BooleanSupplier condition) {
    awaitThat(condition, LIMIT);
  }

  public static void awaitThat(BooleanSupplier condition, Duration within) {
    long limit = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > limit) {
        throw new AssertionError("not so within " + within);
      }
      LockSupport.parkNanos(LOOK_NANOS / 4);
    }
  }

  public List<String> lines(String fileId) {
    return lines(client, fileId);
  }

  public static List<String> lines(OpenAIClient client, String fileId) {
    try (var response = client.files().content(fileId);
        InputStream body = response.body()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cheap and recording: for tests that look at what the upstream saw. */
  public static SimOptions sim() {
    return SimOptions.defaults().withUsage(UsageCount.FAST).withRecordRequests(true);
  }

  /** Chat lines {@code row-0…}, with whatever {@code extra} puts into each body. */
  public static Path chatLines(Path file, int count, IntFunction<String> extra) throws IOException {
    try (var out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(
            """
            {"custom_id":"row-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-5",\
            "messages":[{"role":"user","content":"Question %d"}]%s}}
            """
                .formatted(i, i, extra.apply(i)));
      }
    }
    return file;
  }

  public static List<String> customIds(Stream<String> lines) {
    return lines.map(line -> Json.read(line).path("custom_id").asString()).toList();
  }

  @Override
  public void close() {
    client.close();
    server.stop();
    sim.close();
  }
}
