package dev.nightjar.sim.answer;

/** What the simulated model says in a conversation. */
sealed interface ModelReply {
  /** The longest part of a question that is said back, in words and in characters. */
  int WORDS = 12;

  int CHARACTERS = 200;

  /** What the usage counts. */
  String text();

  record Text(String text) implements ModelReply {}

  /** A call of a function; {@code text} are its arguments as JSON. */
  record Call(String name, String text) implements ModelReply {}

  /** Says that it is simulated, and shows which question it belongs to. */
  static String to(String question) {
    int end = 0;
    int words = 0;
    while (end < question.length() && end < CHARACTERS) {
      if (question.charAt(end) == ' ' && ++words == WORDS) {
        break;
      }
      end++;
    }
    if (end > 0 && end < question.length() && Character.isHighSurrogate(question.charAt(end - 1))) {
      end--;
    }
    return "Simulated answer to: " + question.substring(0, end);
  }
}
