package dev.nightjar.engine;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.UploadId;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** Makes ids that nobody can guess, if its random generator is a secure one. */
public final class Ids {
  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int FILE_CHARACTERS = 24;
  private static final int SECRET_BYTES = 32;

  private final RandomGenerator random;

  public Ids(RandomGenerator random) {
    this.random = random;
  }

  public BatchId newBatch() {
    return new BatchId("batch_" + hex());
  }

  public FileId newFile() {
    var id = new StringBuilder("file-");
    for (int i = 0; i < FILE_CHARACTERS; i++) {
      id.append(BASE62.charAt(random.nextInt(BASE62.length())));
    }
    return new FileId(id.toString());
  }

  public UploadId newUpload() {
    return new UploadId("upload_" + hex());
  }

  public PartId newPart() {
    return new PartId("part_" + hex());
  }

  public String newWebhookEndpoint() {
    return "whe_" + hex();
  }

  public String newWebhookMessage() {
    return "wh_" + hex();
  }

  public String newEvent() {
    return "evt_" + hex();
  }

  /** The key of an HMAC-SHA256, as Standard Webhooks writes it. */
  public String newWebhookSecret() {
    byte[] key = new byte[SECRET_BYTES];
    random.nextBytes(key);
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  public String newRequest() {
    return "req_" + hex();
  }

  private String hex() {
    return "%016x%016x".formatted(random.nextLong(), random.nextLong());
  }
}
