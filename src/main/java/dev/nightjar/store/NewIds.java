package dev.nightjar.store;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.UploadId;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** Makes ids that nobody can guess, if its random generator is a secure one. */
public final class NewIds {
  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int FILE_CHARACTERS = 24;
  private static final int SECRET_BYTES = 32;

  /** What every API key begins with: so that those who look for lost keys can tell it. */
  public static final String KEY_BEGINS = "sk-nj-";

  private static final int KEY_CHARACTERS = 43;

  private final RandomGenerator random;

  public NewIds(RandomGenerator random) {
    this.random = random;
  }

  public BatchId newBatch() {
    return new BatchId("batch_" + hex());
  }

  public FileId newFile() {
    return new FileId("file-" + base62(FILE_CHARACTERS));
  }

  public UploadId newUpload() {
    return new UploadId("upload_" + hex());
  }

  public PartId newPart() {
    return new PartId("part_" + hex());
  }

  public KeyId newKey() {
    return new KeyId("key_" + hex());
  }

  /** The key itself, of which only the hash is kept. */
  public String newKeyText() {
    return KEY_BEGINS + base62(KEY_CHARACTERS);
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

  private String base62(int count) {
    var text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append(BASE62.charAt(random.nextInt(BASE62.length())));
    }
    return text.toString();
  }

  private String hex() {
    return "%016x%016x".formatted(random.nextLong(), random.nextLong());
  }
}
