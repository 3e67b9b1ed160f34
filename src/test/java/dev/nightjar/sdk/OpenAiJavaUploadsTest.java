package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.uploads.Upload;
import com.openai.models.uploads.UploadCompleteParams;
import com.openai.models.uploads.UploadCreateParams;
import com.openai.models.uploads.parts.PartCreateParams;
import com.openai.models.uploads.parts.UploadPart;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads in parts through the official Java client, with its own check of each response. */
@Tag("server")
class OpenAiJavaUploadsTest {
  @TempDir private Path directory;
  private TestApi api;
  private OpenAIClient client;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(api.url("/v1").toString())
            .apiKey("none")
            .responseValidation(true)
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  @Test
  void partsSentInParallelBecomeOneFileInTheOrderOfTheirIds() throws Exception {
    List<byte[]> pieces = new ArrayList<>();
    var whole = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      String piece = "{\"custom_id\": \"row-%d\"}\n".formatted(i).repeat(1_000 + i);
      pieces.add(piece.getBytes(StandardCharsets.UTF_8));
      whole.append(piece);
    }
    byte[] bytes = whole.toString().getBytes(StandardCharsets.UTF_8);
    Upload upload = create(bytes.length);

    List<String> ids = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(6)) {
      List<Future<UploadPart>> sent = new ArrayList<>();
      for (byte[] piece : pieces.reversed()) {
        sent.add(threads.submit(() -> add(upload.id(), piece)));
      }
      for (Future<UploadPart> part : sent) {
        assertThat(part.get().uploadId()).isEqualTo(upload.id());
        ids.add(part.get().id());
      }
    }
    String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    UploadCompleteParams complete =
        UploadCompleteParams.builder()
            .uploadId(upload.id())
            .partIds(ids.reversed())
            .md5(md5)
            .build();
    Upload completed = client.uploads().complete(complete);

    assertThat(upload.status()).isEqualTo(Upload.Status.PENDING);
    assertThat(upload.file()).isEmpty();
    assertThat(completed.status()).isEqualTo(Upload.Status.COMPLETED);
    assertThat(client.uploads().complete(complete)).as("again").isEqualTo(completed);
    FileObject file = completed.file().orElseThrow();
    assertThat(client.files().retrieve(file.id())).isEqualTo(file);
    try (var content = client.files().content(file.id())) {
      assertThat(content.body().readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void cancelledUploadIsOver() {
    Upload upload = create(3);
    add(upload.id(), new byte[] {1, 2, 3});

    Upload cancelled = client.uploads().cancel(upload.id());

    assertThat(cancelled.status()).isEqualTo(Upload.Status.CANCELLED);
    assertThat(client.uploads().cancel(upload.id())).isEqualTo(cancelled);
    assertThatThrownBy(() -> add(upload.id(), new byte[1]))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("is cancelled");
  }

  @Test
  void refusalsBecomeTheClientsExceptions() {
    Upload upload = create(3);
    String part = add(upload.id(), new byte[] {1, 2}).id();
    UploadCompleteParams.Builder complete = UploadCompleteParams.builder().uploadId(upload.id());

    assertThatThrownBy(() -> client.uploads().complete(complete.addPartId(part).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> {
              assertThat(e.code()).contains("invalid_value");
              assertThat(e.param()).contains("part_ids");
              assertThat(e.type()).contains("invalid_request_error");
            })
        .hasMessageContaining("hold 2 bytes, and the upload was created for 3 bytes");
    assertThatThrownBy(() -> client.uploads().cancel("upload_none"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such Upload object: upload_none");
  }

  private Upload create(int bytes) {
    return client
        .uploads()
        .create(
            UploadCreateParams.builder()
                .filename("in.jsonl")
                .purpose(FilePurpose.BATCH)
                .bytes(bytes)
                .mimeType("application/jsonl")
                .build());
  }

  private UploadPart add(String upload, byte[] data) {
    return client
        .uploads()
        .parts()
        .create(PartCreateParams.builder().uploadId(upload).data(data).build());
  }
}
