package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.error;
import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.file;
import static dev.nightjar.testing.TestApi.form;
import static dev.nightjar.testing.TestApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.testing.SmallDisk;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the API says when the disk has no room. */
class FullDiskTest {
  private static final long MIB = 1 << 20;
  private static final DiskSpace.Room FULL = new DiskSpace.Room(200 * MIB, 1L << 40, 1L << 30);
  private static final DiskSpace.Room ROOMY = new DiskSpace.Room(1L << 39, 1L << 40, 1L << 30);

  @TempDir Path directory;

  @Test
  void uploadsAndCreatesAreRefusedWhileTooLittleIsFreeAndNotForLonger() throws Exception {
    try (var api = new TestApi(directory)) {
      api.room.set(FULL);
      assertFull(api.postForm(upload()));
      assertFull(createBatch(api));
      assertThat(api.get("/healthz/ready").statusCode()).isEqualTo(200);
      assertThat(api.get("/v1/files").statusCode()).isEqualTo(200);
      assertThat(api.get("/v1/batches").statusCode()).isEqualTo(200);

      api.room.set(ROOMY);

      assertThat(api.postForm(upload()).statusCode()).isEqualTo(200);
      assertThat(createBatch(api).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void uploadThatWouldNotFitIsRefusedBeforeItIsRead() throws Exception {
    try (var api = new TestApi(directory)) {
      api.room.set(new DiskSpace.Room(MIB + 100, 1L << 30, MIB));

      assertFull(api.postForm(upload()));

      api.room.set(new DiskSpace.Room(MIB + 10_000, 1L << 30, MIB));
      assertThat(api.postForm(upload()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void uploadOfUnknownLengthEndsWhenTheDiskBecomesShort() throws Exception {
    try (var api = new TestApi(directory)) {
      var body =
          new Bytes(32 * MIB) {
            @Override
            void half() {
              api.room.set(FULL);
            }
          };

      assertFull(api.postForm(BodyPublishers.ofInputStream(() -> asForm(body))));

      assertThat(objects()).isEmpty();
    }
  }

  @Test
  void uploadThatFillsTheDiskIsRefusedAndLeavesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 8);
        var api = new TestApi(disk.root())) {
      long before = disk.free();

      assertFull(api.postForm(BodyPublishers.ofInputStream(() -> asForm(new Bytes(32 * MIB)))));

      assertThat(disk.free()).isEqualTo(before);
      assertThat(api.postForm(upload()).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<byte[]> createBatch(TestApi api) throws Exception {
    return api.post(
        "/v1/batches",
        """
        {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"}
        """);
  }

  private static String upload() {
    return form(field("purpose", "batch"), file("in.jsonl", TestApi.LINE));
  }

  /** SDKs must not try again by themselves: the disk stays full for longer than they wait. */
  private static void assertFull(HttpResponse<byte[]> response) {
    assertThat(response.statusCode()).isEqualTo(507);
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    assertThat(error(response).get("type").asString()).isEqualTo("server_error");
    assertThat(error(response).get("code").asString()).isEqualTo("insufficient_storage");
    assertThat(error(response).get("message").asString())
        .startsWith("The server takes no more files or batches: ");
    assertThat(json(response).size()).isEqualTo(1);
  }

  private List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("objects"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static InputStream asForm(InputStream file) {
    String whole = form(field("purpose", "user_data"), file("in.bin", "#"));
    int at = whole.indexOf('#');
    return new SequenceInputStream(
        stream(whole.substring(0, at)),
        new SequenceInputStream(file, stream(whole.substring(at + 1))));
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** So many bytes of nothing. */
  private static class Bytes extends InputStream {
    private final long half;
    private long left;

    Bytes(long count) {
      this.half = count / 2;
      this.left = count;
    }

    void half() {}

    @Override
    public int read() {
      return left-- > 0 ? 'x' : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(count, left);
      Arrays.fill(buffer, offset, offset + n, (byte) 'x');
      if (left > half && left - n <= half) {
        half();
      }
      left -= n;
      return n;
    }
  }
}
