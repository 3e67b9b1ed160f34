package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocsTest {
  private static final Pattern TEST =
      Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:\\.([a-zA-Z0-9]+))?`");
  private static final Pattern KIND = Pattern.compile("^## ([A-Z][0-9]) ");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

  @Test
  void testsThatTheDocumentsNameExist() throws IOException {
    var missing = new ArrayList<String>();
    for (Path page : pages()) {
      Matcher named = TEST.matcher(Files.readString(page));
      while (named.find()) {
        String source = source(named.group(1));
        boolean hasMethod =
            named.group(2) == null || source.contains("void " + named.group(2) + "(");
        if (source.isEmpty() || !hasMethod) {
          missing.add(page + ": " + named.group());
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void linksBetweenDocumentsLeadSomewhere() throws IOException {
    var missing = new ArrayList<String>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        Path target = page.toAbsolutePath().resolveSibling(link.group(1)).normalize();
        if (!Files.exists(target)) {
          missing.add(page + ": " + link.group(1));
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void everySymptomHasATestThatCarriesItsKind() throws IOException {
    var wrong = new ArrayList<String>();
    String kind = "";
    for (String row : Files.readAllLines(Path.of("docs/symptoms.md"))) {
      Matcher heading = KIND.matcher(row);
      if (heading.find()) {
        kind = heading.group(1);
      } else if (row.startsWith("| ") && !row.startsWith("| symptom |") && !isTagged(row, kind)) {
        wrong.add(kind + ": " + row);
      }
    }

    assertThat(wrong).as("rows without a test that has their kind as its tag").isEmpty();
  }

  /** Whether the row's second cell names tests, and each carries the tag itself or by its class. */
  private static boolean isTagged(String row, String kind) throws IOException {
    Matcher named = TEST.matcher(row.split("(?<!\\\\)\\|", -1)[2]);
    int found = 0;
    while (named.find()) {
      String source = source(named.group(1));
      int begin = source.indexOf("class " + named.group(1));
      int end = named.group(2) == null ? begin : source.indexOf("void " + named.group(2) + "(");
      if (begin < 0 || end < 0) {
        return false;
      }
      String tag = "@Tag(\"" + kind + "\")";
      String method = source.substring(source.lastIndexOf("\n\n", end) + 1, end);
      if (!source.substring(0, begin).contains(tag) && !method.contains(tag)) {
        return false;
      }
      found++;
    }
    return found > 0;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("docs"));
        Stream<Path> root = Files.list(Path.of(""))) {
      return Stream.concat(docs, root).filter(path -> path.toString().endsWith(".md")).toList();
    }
  }

  private static String source(String test) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().equals(test + ".java"))
              .collect(Collectors.toList());
      return found.isEmpty() ? "" : Files.readString(found.getFirst());
    }
  }
}
