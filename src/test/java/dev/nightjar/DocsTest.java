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
