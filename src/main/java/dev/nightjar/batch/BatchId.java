package dev.nightjar.batch;

/** The id of a batch, as the API shows it: {@code batch_} and 32 hexadecimal digits. */
public record BatchId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
