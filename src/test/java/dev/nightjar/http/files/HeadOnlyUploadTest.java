package dev.nightjar.http.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Uploads whose client goes no further than their heads. */
@Tag("K1")
@Tag("server")
@Timeout(60)
@Isolated("counts what is the whole process's")
class HeadOnlyUploadTest {
  private static final int CLIENTS = 200;
  private static final long EACH_BYTES_MAX = 100_000;
  private static final String HEAD =
      String.join(
          "\r\n",
          "POST /v1/files HTTP/1.1",
          "Host: localhost",
          "Content-Length: 1000000",
          "Content-Type: multipart/form-data; boundary=b",
          "",
          "");
  private static final String PART =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n";

  @TempDir private Path directory;

  @Test
  void noneHoldsAFileAndAllTogetherLittleMemory() throws Exception {
    try (var api = new TestApi(directory)) {
      api.upload("batch", "a.jsonl", TestApi.LINE);
      long before = heapBytes();
      List<RawHttp> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        var client = new RawHttp(api.port);
        client.send((HEAD + (i % 2 == 0 ? "" : PART)).getBytes(ISO_8859_1));
        clients.add(client);
      }

      String id = api.upload("batch", "b.jsonl", TestApi.LINE);

      assertThat(api.get("/v1/files/" + id).statusCode()).isEqualTo(200);
      assertThat(files()).isZero();
      assertThat(heapBytes() - before).isLessThan(CLIENTS * EACH_BYTES_MAX);
      for (RawHttp client : clients) {
        client.close();
      }
    }
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("objects/tmp"))) {
      return files.count();
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
