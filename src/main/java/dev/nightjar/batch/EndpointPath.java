package dev.nightjar.batch;

/** What the url of a line, and so the endpoint of a batch, looks like. */
public final class EndpointPath {
  /** In messages, for whoever has written something else. */
  public static final String EXAMPLE = "/v1/chat/completions";

  private EndpointPath() {}

  /** Whether it can be called: a path in visible ASCII, and no address of a server. */
  public static boolean is(String text) {
    return text.startsWith("/")
        && !text.startsWith("//")
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#');
  }
}
