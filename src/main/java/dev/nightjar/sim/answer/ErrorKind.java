package dev.nightjar.sim.answer;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How an attempt may go wrong, or look as if it did. */
public enum ErrorKind {
  BAD_REQUEST("400"),
  RATE_LIMITED("429"),
  SERVER_ERROR("500"),
  OVERLOADED("503"),
  /** TCP RST before any byte. */
  RESET("reset"),
  /** No answer until the connection closes. */
  HANG("hang"),
  /** Less than {@code Content-Length} says. */
  TRUNCATED("truncated"),
  /** 200, and not JSON. */
  GARBAGE("garbage"),
  /** A valid answer over several lines. */
  PRETTY("pretty"),
  /** A valid answer with the line separators that JSON allows and some line readers break at. */
  LINE_SEPARATORS("u2028");

  private final String text;

  ErrorKind(String text) {
    this.text = text;
  }

  public static Optional<ErrorKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
  }

  /** Whether it is a whole, valid answer that only looks unusual. */
  public boolean isWhole() {
    return this == PRETTY || this == LINE_SEPARATORS;
  }

  public static String names() {
    return Arrays.stream(values()).map(ErrorKind::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return text;
  }
}
