package dev.nightjar.cli;

import java.util.List;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said of a command line that cannot be understood. */
public final class UsageError {
  private static final int NEAREST_MAX = 3;

  private UsageError() {}

  /** What is wrong, in a sentence, and where to look. */
  public static List<String> of(ParameterException wrong) {
    String sentence = String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
    return List.of(
        sentence + nearest(wrong),
        "see %s --help".formatted(wrong.getCommandLine().getCommandSpec().qualifiedName()));
  }

  private static String nearest(ParameterException wrong) {
    if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    List<String> meant =
        new UnmatchedArgumentException(
                wrong.getCommandLine(), unmatched.getUnmatched().subList(0, 1))
            .getSuggestions();
    return meant.isEmpty()
        ? ""
        : "; did you mean %s?"
            .formatted(String.join(" or ", meant.subList(0, Math.min(NEAREST_MAX, meant.size()))));
  }
}
