package dev.nightjar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.files.FileUpload;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.PartUpload;
import dev.nightjar.api.files.Uploads;
import dev.nightjar.file.DefaultLife;
import dev.nightjar.file.FileId;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Sweeper;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.testing.TestClocks;
import dev.nightjar.testing.TestStores;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Uploads, parts, cancellations, completions, deletions and sweeps in random order, many under way
 * at a time, on real stores and a disk whose free space is what their files leave.
 */
@Tag("K4")
class StorageBoundsTest {
  private static final int STEPS = 600;
  private static final String PROJECT = "default";

  /** Of an object of the sizes here, at most: they count for nobody. */
  private static final long CHECKSUM_BYTES = 8;

  @TempDir private Path folder;

  /** Later than anything written now: objects carry the system's time. */
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now().plusSeconds(60));

  private final List<FileUpload> files = new ArrayList<>();
  private final List<PartUpload> parts = new ArrayList<>();
  private final List<String> partUploads = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<String> uploads = new ArrayList<>();
  private int refused;
  private int taken;

  /** With 0 for the storage of a project it has no limit. */
  @ParameterizedTest
  @CsvSource({
    "1, 200000, 1000000",
    "2, 200000, 1000000",
    "3, 50000, 1000000",
    "4, 0, 200000",
    "5, 0, 100000",
    "6, 300000, 200000"
  })
  void boundsHoldAfterEachStepWhateverTheOrder(int seed, long storageMax, long disk)
      throws Exception {
    var random = new Random(seed);
    Path root = folder.resolve("objects");
    long minBytes = disk / 4;
    try (var stores = TestStores.open(folder.resolve("meta.db"), now::get);
        var objects = new FileObjectStore(root)) {
      DiskSpace space = () -> new DiskSpace.Room(disk - bytes(root), disk, minBytes);
      var apiStores = new ApiStores(stores, objects, space, new NewIds(new Random(seed)), now::get);
      long max = storageMax == 0 ? Long.MAX_VALUE : storageMax;
      var limits = new ApiLimits(16L << 30, 100_000, Set.of(), DefaultLife.OPENAI, max);
      var world = new World(new Files(apiStores, limits), new Uploads(apiStores, limits));
      var sweeper = new Sweeper(stores, objects, TestClocks.settled(now::get));

      for (int step = 0; step < STEPS; step++) {
        try {
          step(world, sweeper, random);
          taken++;
        } catch (ApiError e) {
          refused++;
        }
        long found = bytes(root);
        long sums = CHECKSUM_BYTES * files(root).size();
        assertThat(found - sums)
            .as("stored, step %d of seed %d", step, seed)
            .isLessThanOrEqualTo(max);
        assertThat(disk - found + sums)
            .as("free, step %d of seed %d", step, seed)
            .isGreaterThanOrEqualTo(minBytes);
        assertThat(stores.files().storedBytes(PROJECT)).isBetween(0L, found);
      }
      closeAll();
      assertThat(apiStores.inflow().held(PROJECT)).isZero();
      assertThat(apiStores.inflow().unwritten()).isZero();
      now.updateAndGet(before -> before.plus(Duration.ofDays(100)));
      for (String file : kept) {
        stores.files().deleteFile(PROJECT, new FileId(file));
      }
      now.updateAndGet(before -> before.plus(Duration.ofDays(100)));
      sweeper.sweepAll();
      assertThat(bytes(root)).isZero();
      assertThat(stores.files().storedBytes(PROJECT)).isZero();
    }
    assertThat(refused).as("refusals").isGreaterThan(20);
    assertThat(taken).as("what was taken").isGreaterThan(100);
  }

  private record World(Files files, Uploads uploads) {}

  private void step(World world, Sweeper sweeper, Random random) throws IOException {
    switch (random.nextInt(14)) {
      case 0, 1 -> files.add(world.files.begin(PROJECT));
      case 2, 3, 4 -> write(any(files, random), random);
      case 5 -> finishFile(random);
      case 6 -> {
        FileUpload dropped = any(files, random);
        if (dropped != null) {
          files.remove(dropped);
          dropped.close();
        }
      }
      case 7 -> uploads.add(create(world, random.nextInt(1, 30_000)));
      case 8 -> {
        String upload = any(uploads, random);
        if (upload != null) {
          parts.add(world.uploads.beginPart(PROJECT, upload));
          partUploads.add(upload);
        }
      }
      case 9, 10 -> write(any(parts, random), random);
      case 11 -> finishPart(world, random);
      case 12 -> end(world, random);
      default -> {
        now.updateAndGet(before -> before.plus(Duration.ofMinutes(random.nextInt(30))));
        sweeper.sweep();
      }
    }
  }

  private void write(@Nullable OutputStream out, Random random) throws IOException {
    if (out != null) {
      byte[] bytes = new byte[random.nextInt(1, 10_000)];
      random.nextBytes(bytes);
      bytes[0] = '{';
      out.write(bytes);
    }
  }

  private void finishFile(Random random) throws IOException {
    FileUpload upload = any(files, random);
    if (upload != null) {
      files.remove(upload);
      try (upload) {
        var form = new FileUpload.Form("a.bin", "user_data", Map.of());
        kept.add(upload.finish(form).id().value());
      }
    }
  }

  private void finishPart(World world, Random random) throws IOException {
    if (parts.isEmpty()) {
      return;
    }
    int i = random.nextInt(parts.size());
    String upload = partUploads.remove(i);
    try (PartUpload part = parts.remove(i)) {
      String id = part.finish().id().value();
      JsonNode body = json("{\"part_ids\":[\"%s\"]}".formatted(id));
      var completed = world.uploads.complete(PROJECT, upload, body);
      kept.add(completed.upload().file().value());
    }
  }

  /** Deletes a file, or cancels an upload. */
  private void end(World world, Random random) {
    if (random.nextBoolean() && !kept.isEmpty()) {
      world.files.delete(PROJECT, kept.remove(random.nextInt(kept.size())));
    } else if (!uploads.isEmpty()) {
      world.uploads.cancel(PROJECT, uploads.remove(random.nextInt(uploads.size())));
    }
  }

  private static String create(World world, int bytes) {
    JsonNode body =
        json(
            "{\"filename\":\"a.bin\",\"purpose\":\"user_data\",\"mime_type\":\"text/plain\",\"bytes\":%d}"
                .formatted(bytes));
    return world.uploads.create(PROJECT, body).upload().id().value();
  }

  private void closeAll() throws IOException {
    for (FileUpload upload : files) {
      upload.close();
    }
    for (PartUpload part : parts) {
      part.close();
    }
  }

  private static <T> @Nullable T any(List<T> all, Random random) {
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static long bytes(Path root) throws IOException {
    return files(root).stream().mapToLong(File::length).sum();
  }

  private static List<File> files(Path root) throws IOException {
    try (Stream<Path> tree = java.nio.file.Files.walk(root)) {
      return tree.map(Path::toFile).filter(File::isFile).toList();
    }
  }
}
