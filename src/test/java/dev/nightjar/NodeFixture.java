package dev.nightjar;

import dev.nightjar.batch.Batch;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The engine with its real stores and no HTTP before it: for limits that no setting has. */
public final class NodeFixture implements AutoCloseable {
  private final LocalEngine node;

  private NodeFixture(LocalEngine node) {
    this.node = node;
  }

  public static NodeFixture open(Path data, String upstream, EngineLimits limits) {
    NodeFixture opened = openStores(data, upstream, limits);
    opened.node.engine().start();
    return opened;
  }

  public static NodeFixture open(Path data, List<UpstreamSettings> upstreams, EngineLimits limits) {
    NodeFixture opened = openStores(data, upstreams, limits);
    opened.node.engine().start();
    return opened;
  }

  /** Of an engine that does nothing. */
  public static NodeFixture openStores(Path data, String upstream, EngineLimits limits) {
    return openStores(data, ServerFixture.settings(data, upstream, 64).upstreams(), limits);
  }

  private static NodeFixture openStores(
      Path data, List<UpstreamSettings> upstreams, EngineLimits limits) {
    var node =
        LocalEngine.open(
            data,
            upstreams,
            new LocalEngine.Limits(
                new BatchEngine.Limits(limits, InputLimits.DEFAULTS), DiskFreeMin.NONE));
    return new NodeFixture(node);
  }

  public FileId upload(Path input) throws IOException {
    var ids = new NewIds(new SecureRandom());
    FileId file = ids.newFile();
    byte[] bytes = Files.readAllBytes(input);
    try (ObjectStore.Writer out = node.objects().create(ObjectKeys.upload(file))) {
      out.write(bytes);
      out.commit();
    }
    node.stores()
        .files()
        .insertFile(
            new NewFile(file, "default", "in.jsonl", "batch", bytes.length, null),
            Manifest.ofObject(ObjectKeys.upload(file), bytes.length));
    return file;
  }

  /** Uploads a file and makes a batch of it; gives its sequence. */
  public long create(Path input, Duration window) throws IOException {
    FileId file = upload(input);
    var ids = new NewIds(new SecureRandom());
    var batch =
        node.stores()
            .batches()
            .createBatch(
                new NewBatch(
                    ids.newBatch(),
                    "default",
                    "/v1/chat/completions",
                    file,
                    "24h",
                    window,
                    Map.of(),
                    null,
                    null))
            .batch();
    node.engine().created(batch);
    return batch.sequence();
  }

  public Stores stores() {
    return node.stores();
  }

  public BatchEngine engine() {
    return node.engine();
  }

  public Batch batch(long sequence) {
    return node.stores().batches().batch(sequence).orElseThrow();
  }

  /** The batch when it has ended. */
  public Batch await(long sequence) {
    ServerFixture.awaitThat(() -> batch(sequence).status().isTerminal());
    return batch(sequence);
  }

  /** None when there is no such file. */
  public List<String> lines(@Nullable FileId file) throws IOException {
    if (file == null) {
      return List.of();
    }
    Manifest content = node.stores().files().content(file).orElseThrow();
    try (var reader = ContentReader.forward(node.objects(), content)) {
      byte[] bytes = reader.read(0, (int) reader.length());
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }

  public long bytes(@Nullable FileId file) {
    return file == null ? 0 : node.stores().files().content(file).orElseThrow().bytes();
  }

  @Override
  public void close() {
    node.close();
  }
}
