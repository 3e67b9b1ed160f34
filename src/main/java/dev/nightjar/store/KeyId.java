package dev.nightjar.store;

/** {@code key_} and 32 hexadecimal digits. Not the key, which only its owner has. */
public record KeyId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
