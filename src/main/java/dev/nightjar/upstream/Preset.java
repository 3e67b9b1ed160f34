package dev.nightjar.upstream;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is known of an inference server by its kind, {@code preset} of an upstream. What each of
 * them answers in trouble, and what follows here: docs/upstreams.md.
 *
 * @param takesAnyModel whatever model a request names, the one that is loaded answers
 * @param isExclusive it has one model loaded at a time, and another costs a swap
 * @param ownTexts of errors with status 500 that are about the request: the next one is not to
 *     blame
 * @param busyTexts of errors with status 503 that mean: less at a time, or a moment later
 */
public record Preset(
    String name,
    boolean takesAnyModel,
    boolean isExclusive,
    List<String> ownTexts,
    List<String> busyTexts) {
  private static final List<Preset> KNOWN =
      List.of(
          of("vllm").busy("busy", "backlog"),
          of("sglang").any().busy("queue is full", "aborted by a higher priority request"),
          of("llamacpp")
              .any()
              .own(
                  "Only one completion choice is allowed",
                  "input is not supported",
                  "is too large to process",
                  "is larger than the max context size")
              .busy("Loading model", "no slot available"),
          of("tgi").any().busy("Model is overloaded"),
          of("trtllm").busy("queue is full"),
          of("triton").busy("maximum queue size"),
          of("ollama").exclusive().busy("maximum pending requests exceeded"),
          of("lmstudio").exclusive().busy("Loading model"),
          of("dynamo").busy("workers are busy", "overloaded"),
          of("llm-d").busy("no capacity", "saturated"),
          of("llamaswap").exclusive().busy("Loading model"),
          of("openai").busy("overloaded"));

  /** Of an upstream that has none: what any of them says when it is busy. */
  public static final Preset NONE =
      new Preset(
          "",
          false,
          false,
          List.of(),
          KNOWN.stream().flatMap(preset -> preset.busyTexts.stream()).distinct().toList());

  public Preset {
    ownTexts = List.copyOf(ownTexts);
    busyTexts = List.copyOf(busyTexts);
  }

  public static Optional<Preset> named(String name) {
    return KNOWN.stream().filter(preset -> preset.name.equals(name)).findFirst();
  }

  /** For messages. */
  public static String names() {
    return KNOWN.stream().map(Preset::name).collect(Collectors.joining(", "));
  }

  /** Whether an error with status 500 and this message is the request's own. */
  public boolean isOwn(String message) {
    return ownTexts.stream().anyMatch(message::contains);
  }

  /** Whether an error with status 503 and this message only wants less, or a moment. */
  public boolean isBusy(String message) {
    return busyTexts.stream().anyMatch(message::contains);
  }

  private static Preset of(String name) {
    return new Preset(name, false, false, List.of(), List.of());
  }

  private Preset any() {
    return new Preset(name, true, isExclusive, ownTexts, busyTexts);
  }

  private Preset exclusive() {
    return new Preset(name, takesAnyModel, true, ownTexts, busyTexts);
  }

  private Preset own(String... texts) {
    return new Preset(name, takesAnyModel, isExclusive, List.of(texts), busyTexts);
  }

  private Preset busy(String... texts) {
    return new Preset(name, takesAnyModel, isExclusive, ownTexts, List.of(texts));
  }
}
