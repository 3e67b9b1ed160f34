package dev.nightjar.file;

/** The id of a file, as the API shows it: {@code file-} and 24 characters. */
public record FileId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
