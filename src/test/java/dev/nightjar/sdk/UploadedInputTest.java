package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.uploads.Upload;
import com.openai.models.uploads.UploadCompleteParams;
import com.openai.models.uploads.UploadCreateParams;
import com.openai.models.uploads.parts.PartCreateParams;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch whose input came in parts, through the official client. */
@Tag("server")
class UploadedInputTest {
  private static final int LINES = 500;

  /** Cuts lines, also in the middle of an id. */
  private static final int PART_BYTES = 7_001;

  @TempDir Path folder;

  @Test
  void batchRunsFromAFileThatCameInParts() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      FileObject file = upload(fixture.client, Files.readAllBytes(input));

      Batch batch = fixture.await(createBatch(fixture.client, file.id()).id());

      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertThat(fixture.lines(file.id())).isEqualTo(Files.readAllLines(input));
      List<String> output = fixture.lines(batch.outputFileId().orElseThrow());
      assertThat(ServerFixture.customIds(output.stream()))
          .isEqualTo(IntStream.range(0, LINES).mapToObj(i -> "row-" + i).toList());
    }
  }

  private static FileObject upload(OpenAIClient client, byte[] bytes) {
    Upload upload =
        client
            .uploads()
            .create(
                UploadCreateParams.builder()
                    .filename("in.jsonl")
                    .purpose(FilePurpose.BATCH)
                    .bytes(bytes.length)
                    .mimeType("application/jsonl")
                    .build());
    var parts = new ArrayList<String>();
    for (int from = 0; from < bytes.length; from += PART_BYTES) {
      byte[] part = Arrays.copyOfRange(bytes, from, Math.min(from + PART_BYTES, bytes.length));
      var params = PartCreateParams.builder().uploadId(upload.id()).data(part).build();
      parts.add(client.uploads().parts().create(params).id());
    }
    var complete = UploadCompleteParams.builder().uploadId(upload.id()).partIds(parts).build();
    return client.uploads().complete(complete).file().orElseThrow();
  }

  private static Batch createBatch(OpenAIClient client, String file) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(file)
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build());
  }
}
