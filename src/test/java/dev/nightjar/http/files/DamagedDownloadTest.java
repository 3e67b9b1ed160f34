package dev.nightjar.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.testing.FlippedBit;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Downloads of a file whose objects are not as they were written. */
@Tag("server")
@Tag("K6")
class DamagedDownloadTest {
  private static final String PATH = "/v1/files/file-1/content";
  private static final int[] PIECES = {100, 200_000, 1_500_000, 70_000};
  private static final int READ_BEFORE_THE_HEAD = 200_100;

  @TempDir private Path directory;
  private TestApi api;
  private byte[] bytes;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
    var random = new Random(3);
    var all = new ByteArrayOutputStream();
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < PIECES.length; i++) {
      byte[] piece = new byte[PIECES[i]];
      random.nextBytes(piece);
      try (var writer = api.objects.create("piece/" + i)) {
        writer.write(piece);
        writer.commit();
      }
      pieces.add(new Piece("piece/" + i, piece.length));
      all.writeBytes(piece);
    }
    bytes = all.toByteArray();
    api.stores
        .files()
        .insertFile(
            new NewFile(
                new FileId("file-1"), "default", "out.jsonl", "batch_output", bytes.length, null),
            new Manifest(pieces));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Path piece(int number) throws IOException {
    return FlippedBit.fileOf(directory, "piece/" + number);
  }

  @Test
  void damageInWhatIsReadFirstIsAnErrorBeforeAnyByteIsSent() throws Exception {
    var random = new Random(7);
    for (int piece = 0; piece < 2; piece++) {
      FlippedBit flipped = FlippedBit.anyOf(piece(piece), random);

      HttpResponse<byte[]> response = api.get(PATH);

      assertThat(response.statusCode()).as("%s", flipped).isEqualTo(500);
      assertThat(response.headers().firstValue("etag")).isEmpty();
      assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("\"server_error\"");
      HttpResponse<byte[]> rest =
          api.send(api.request(PATH).header("Range", "bytes=%d-".formatted(READ_BEFORE_THE_HEAD)));
      assertThat(rest.statusCode()).as("what is whole can be read").isEqualTo(206);
      assertThat(rest.body())
          .isEqualTo(Arrays.copyOfRange(bytes, READ_BEFORE_THE_HEAD, bytes.length));
      flipped.flip();
    }
    assertThat(api.get(PATH).body()).isEqualTo(bytes);
    assertThat(api.objects.damagedReads()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void damageFartherBackBreaksTheDownloadBeforeAWrongByte(HttpClient.Version version)
      throws Exception {
    for (long seed = 1; seed <= 10; seed++) {
      FlippedBit flipped = FlippedBit.anyOf(piece(2 + (int) (seed % 2)), new Random(seed));

      assertThatNoWrongByteComes(version, "bytes=0-", flipped);
      assertThatNoWrongByteComes(version, "bytes=150000-1769000", flipped);
      flipped.flip();
    }
    assertThat(api.get(PATH).body()).isEqualTo(bytes);
  }

  /** A 500, or right bytes and then a broken connection; never a response that is whole. */
  private void assertThatNoWrongByteComes(
      HttpClient.Version version, String range, FlippedBit flipped) throws Exception {
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    int from = Integer.parseInt(ends[0]);
    int to = ends[1].isEmpty() ? bytes.length : Integer.parseInt(ends[1]) + 1;
    var received = new ByteArrayOutputStream();
    boolean isWhole = false;
    int status = 0;
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response =
          client.send(
              api.request(PATH).version(version).header("Range", range).build(),
              BodyHandlers.ofInputStream());
      status = response.statusCode();
      try (InputStream body = response.body()) {
        for (int b = body.read(); b >= 0; b = body.read()) {
          received.write(b);
        }
        isWhole = true;
      }
    } catch (IOException _) {
      // Broken off.
    }
    if (status != 500) {
      assertThat(isWhole).as("whole in spite of %s", flipped).isFalse();
      assertThat(received.toByteArray())
          .isEqualTo(Arrays.copyOfRange(bytes, from, from + received.size()));
      assertThat(received.size()).isLessThan(to - from);
    }
  }
}
