import java.nio.charset.StandardCharsets;

/** One input of the campaign, and what the server has said about the batch made of it. */
final class KillBatch {
  /** Lines with this remainder are refused by the upstream for good. */
  private static final int REFUSED_OF_97 = 7;

  /** Inputs of the first line of a LARGE batch: their vectors are an answer over 1 MiB. */
  private static final int LARGE_INPUTS = 60;

  enum Kind {
    CHAT,
    /** Answers that are spooled. */
    LARGE,
    /** One line is no JSON: the batch must fail. */
    BROKEN
  }

  final String name;
  final Kind kind;
  final int lines;

  /** Null until the upload was answered: from then on the file must exist. */
  volatile String fileId;

  /** Null until the create was answered: from then on the batch must exist. */
  volatile String id;

  volatile boolean isCreateUnknown;
  volatile boolean isCancelAsked;
  volatile boolean isCancelAnswered;
  volatile String status = "";
  volatile long done;
  boolean isChecked;

  KillBatch(String name, Kind kind, int lines) {
    this.name = name;
    this.kind = kind;
    this.lines = lines;
  }

  boolean isOpen() {
    return id != null && !isEnded();
  }

  boolean isEnded() {
    return switch (status) {
      case "completed", "failed", "cancelled", "expired" -> true;
      default -> false;
    };
  }

  String endpoint() {
    return kind == Kind.LARGE ? "/v1/embeddings" : "/v1/chat/completions";
  }

  static boolean isRefused(int line) {
    return line % 97 == REFUSED_OF_97;
  }

  /** What only this row can have been answered. */
  String expectedAnswer(int line) {
    return kind == Kind.LARGE
        ? Integer.toString(LARGE_INPUTS + line)
        : "Simulated answer to: Question " + line + " of " + name;
  }

  byte[] input() {
    var text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      if (kind == Kind.BROKEN && i == lines / 2) {
        text.append("{\"custom_id\":\"row-").append(i).append("\",\n");
        continue;
      }
      text.append("{\"custom_id\":\"row-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":".formatted(i, endpoint()));
      text.append(kind == Kind.LARGE ? embeddings(i) : chat(i)).append("}\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String chat(int line) {
    return "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"Question %d of %s\"}]%s}"
        .formatted(line, name, isRefused(line) ? ",\"user\":\"sim:400\"" : "");
  }

  private String embeddings(int line) {
    String inputs = "\"a\",".repeat(LARGE_INPUTS + line - 1) + "\"a\"";
    return "{\"model\":\"sim\",\"dimensions\":2048,\"input\":[%s]%s}"
        .formatted(inputs, isRefused(line) ? ",\"user\":\"sim:400\"" : "");
  }
}
