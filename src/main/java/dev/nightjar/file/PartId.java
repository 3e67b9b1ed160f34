package dev.nightjar.file;

/** The id of a part of an upload, as the API shows it: {@code part_} and 32 characters. */
public record PartId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
