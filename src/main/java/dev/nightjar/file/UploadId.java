package dev.nightjar.file;

/** The id of an upload in parts, as the API shows it: {@code upload_} and 32 characters. */
public record UploadId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
