package dev.nightjar.store;

/** Who has a chunk: stores are opened for one node each. */
public record NodeId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
