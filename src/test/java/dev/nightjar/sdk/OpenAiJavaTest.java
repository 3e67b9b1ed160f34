package dev.nightjar.sdk;

import static dev.nightjar.testing.TestApi.LINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchCreateParams.CompletionWindow;
import com.openai.models.batches.BatchCreateParams.Endpoint;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.nightjar.batch.BatchError;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client, with its own check of each response. */
@Tag("server")
class OpenAiJavaTest {
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
  void theClientIsTheVersionThatIsSaid() {
    assertThat(OpenAIClient.class.getPackage().getImplementationVersion())
        .isEqualTo(System.getProperty("openai.version"));
  }

  @Test
  void filesAreCreatedFromPathBytesAndStream() throws Exception {
    Path path = directory.resolve("input.jsonl");
    Files.writeString(path, LINE);
    byte[] bytes = LINE.getBytes(StandardCharsets.UTF_8);

    FileObject fromPath = client.files().create(params().file(path).build());
    FileObject fromBytes = client.files().create(params().file(bytes).build());
    FileObject fromStream =
        client.files().create(params().file(new ByteArrayInputStream(bytes)).build());

    assertThat(fromPath.filename()).isEqualTo("input.jsonl");
    assertThat(List.of(fromPath, fromBytes, fromStream))
        .allSatisfy(file -> {
          assertThat(file.bytes()).isEqualTo(LINE.length());
          assertThat(file.toString()).contains("status=processed");
          assertThat(file.purpose()).isEqualTo(FileObject.Purpose.BATCH);
          assertThat(file.expiresAt()).isPresent();
        });
  }

  @Test
  void filesAreReadListedAndDeleted() throws Exception {
    FileObject file = create();

    FileObject retrieved = client.files().retrieve(file.id());
    String content;
    try (var response = client.files().content(file.id())) {
      content = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }
    List<FileObject> listed = client.files().list().autoPager().stream().toList();
    boolean isDeleted = client.files().delete(file.id()).deleted();

    assertThat(retrieved).isEqualTo(file);
    assertThat(content).isEqualTo(LINE);
    assertThat(listed).containsExactly(file);
    assertThat(isDeleted).isTrue();
    assertThat(client.files().list().items()).isEmpty();
    assertThatThrownBy(() -> client.files().retrieve(file.id()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such File object: " + file.id());
  }

  @Test
  void batchesAreCreatedReadListedAndCancelled() {
    FileObject file = create();

    Batch batch = createBatch(file.id());
    Batch retrieved = client.batches().retrieve(batch.id());
    List<Batch> listed = client.batches().list().autoPager().stream().toList();
    Batch cancelled = client.batches().cancel(batch.id());

    assertThat(batch.status()).isEqualTo(Batch.Status.VALIDATING);
    assertThat(batch.metadata()).get().asString().contains("job=42");
    assertThat(retrieved).isEqualTo(batch);
    assertThat(listed).containsExactly(batch);
    assertThat(cancelled.status()).isEqualTo(Batch.Status.CANCELLING);
    assertThat(cancelled.cancellingAt()).isPresent();
  }

  @Test
  void allPagesAreReadOnce() {
    for (int i = 0; i < 45; i++) {
      createBatch("file-x");
    }

    List<String> ids = client.batches().list().autoPager().stream().map(Batch::id).toList();

    assertThat(ids).hasSize(45).doesNotHaveDuplicates();
  }

  @Test
  void failedBatchesShowTheirErrors() {
    Batch batch = createBatch("file-x");
    api.stores
        .batches()
        .fail(1, List.of(new BatchError("invalid_json_line", "This line is not valid.", null, 7L)));

    Batch failed = client.batches().retrieve(batch.id());

    assertThat(failed.status()).isEqualTo(Batch.Status.FAILED);
    assertThat(failed.errors().orElseThrow().data().orElseThrow().getFirst().line()).contains(7L);
  }

  @Test
  void refusalsBecomeTheClientsExceptions() {
    Batch batch = createBatch("file-x");
    api.stores.batches().fail(1, List.of(new BatchError("c", "m", null, null)));

    assertThatThrownBy(() -> client.batches().cancel(batch.id()))
        .isInstanceOfSatisfying(
            UnexpectedStatusCodeException.class, e -> assertThat(e.statusCode()).isEqualTo(409))
        .hasMessageContaining("Cannot cancel a batch with status 'failed'.");
    assertThatThrownBy(() -> client.files().create(params().file(new byte[0]).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class, e -> assertThat(e.type()).contains("invalid_request_error"))
        .hasMessageContaining("Must be .jsonl");
  }

  @Test
  void clientWithAKeyWorksAndOneWithABadKeyIsUnauthorized() {
    String key = api.createKey("team", Scope.WRITE, null);

    assertThatThrownBy(() -> client.files().list())
        .isInstanceOfSatisfying(
            UnauthorizedException.class, e -> assertThat(e.code()).contains("invalid_api_key"));

    OpenAIClient keyed = client.withOptions(options -> options.apiKey(key));
    FileObject file =
        keyed.files().create(params().file(LINE.getBytes(StandardCharsets.UTF_8)).build());
    assertThat(keyed.files().list().items()).extracting(FileObject::id).contains(file.id());

    String limited = api.createKey("team", Scope.READ, 1);
    OpenAIClient reader = client.withOptions(options -> options.apiKey(limited).maxRetries(0));
    assertThatThrownBy(() -> reader.files().delete("file-x"))
        .isInstanceOf(PermissionDeniedException.class);
    assertThatThrownBy(() -> reader.files().list()).isInstanceOf(RateLimitException.class);
  }

  @Test
  void modelsAreListed() {
    assertThat(client.models().list().items())
        .singleElement()
        .satisfies(model -> assertThat(model.id()).isEqualTo("org/model"));
    assertThat(client.models().retrieve("org/model").ownedBy()).isEqualTo("local");
  }

  private static FileCreateParams.Builder params() {
    return FileCreateParams.builder().purpose(FilePurpose.BATCH);
  }

  private FileObject create() {
    return client.files().create(params().file(LINE.getBytes(StandardCharsets.UTF_8)).build());
  }

  private Batch createBatch(String inputFileId) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(inputFileId)
                .endpoint(Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(CompletionWindow._24H)
                .metadata(
                    BatchCreateParams.Metadata.builder()
                        .putAdditionalProperty("job", JsonValue.from("42"))
                        .build())
                .build());
  }
}
