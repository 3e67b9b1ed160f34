package dev.nightjar.sim.answer;

import java.util.Optional;

/** What can be asked of the simulated server with POST. */
public enum SimEndpoint {
  CHAT("chat/completions", "messages"),
  COMPLETIONS("completions", "prompt"),
  RESPONSES("responses", "input"),
  EMBEDDINGS("embeddings", "input"),
  MODERATIONS("moderations", "input");

  private final String path;
  private final String input;

  SimEndpoint(String path, String input) {
    this.path = path;
    this.input = input;
  }

  /** {@code path} without {@code /v1/}. */
  public static Optional<SimEndpoint> at(String path) {
    for (SimEndpoint endpoint : values()) {
      if (endpoint.path.equals(path)) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }

  /** The field without which there is nothing to answer. */
  String input() {
    return input;
  }

  boolean isConversation() {
    return this == CHAT || this == RESPONSES;
  }

  boolean needsModel() {
    return this != MODERATIONS;
  }
}
