package dev.nightjar.house;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.config.SettingsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DocsTest {
  private static final Pattern TEST =
      Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:\\.([a-zA-Z0-9]+))?`");

  /** What CI installs is no source of ours. */
  private static final Pattern FETCHED = Pattern.compile("/(node_modules|venv)/");

  private static final Pattern KIND = Pattern.compile("^## ([A-Z][0-9]) ");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([\\w-]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern RULE = Pattern.compile("\\bR(\\d)\\b");
  private static final Pattern CITED =
      Pattern.compile("\\b((?:docs/[\\w/-]+|[A-Z]+)\\.(?:md|yaml))(?:#([\\w-]+))?");
  private static final Pattern DECISION = Pattern.compile("docs/decisions/(\\d{4})\\b");

  /** Sections by number, or of pages that are not here. */
  private static final Pattern NUMBERED = Pattern.compile("(?i)\\b(design|contract)[\\s*/#,]*§");

  /** A type, and what of it is named: {@code Engine.step(event, now)}, {@code OpenChunk.Line}. */
  private static final Pattern NAME =
      Pattern.compile("`([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?(?:\\([^`]*\\))?`");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|interface|record|enum) (\\w+)|\\b(\\w++)(?:\\(| =)");
  private static final Pattern FILE =
      Pattern.compile("`((?:docs|src|bench|examples)/[\\w./-]+|build|nightjar)(?: [^`]*)?`");
  private static final List<String> PAGES_OF_THE_CODE =
      List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "docs/design.md", "docs/words.md");

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
        boolean isHere = link.group(1).isEmpty();
        Path target = isHere ? page : page.toAbsolutePath().resolveSibling(link.group(1));
        if (!isThere(target.normalize(), link.group(2))) {
          missing.add(page + ": " + link.group());
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void whatCommentsCiteIsThere() throws IOException {
    String rules = Files.readString(Path.of("docs/design.md"));
    var missing = new ArrayList<String>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      find(CITED, text, cited -> isThere(Path.of(cited.group(1)), cited.group(2)))
          .forEach(cited -> missing.add(file + ": " + cited));
      find(DECISION, text, cited -> isDecision(cited.group(1)))
          .forEach(cited -> missing.add(file + ": " + cited));
      find(RULE, text, cited -> rules.contains("\n### " + cited.group() + "\n"))
          .forEach(cited -> missing.add(file + ": rule " + cited));
      find(NUMBERED, text, _ -> false).forEach(cited -> missing.add(file + ": " + cited));
    }

    assertThat(missing).as("cited, and not there").isEmpty();
  }

  @Test
  void whatThePagesOfTheCodeNameIsThere() throws IOException {
    Set<String> declared = declared();
    var missing = new ArrayList<String>();
    for (String page : PAGES_OF_THE_CODE) {
      String text = Files.readString(Path.of(page));
      find(NAME, text, name -> isIn(declared, name)).forEach(at -> missing.add(page + ": " + at));
      find(FILE, text, file -> Files.exists(Path.of(file.group(1))))
          .forEach(at -> missing.add(page + ": " + at));
    }

    assertThat(missing).as("named, and not there").isEmpty();
  }

  @Test
  void everySettingHasItsRow() throws IOException {
    String page = Files.readString(Path.of("docs/operating.md"));
    String table = page.substring(page.indexOf("## Settings"), page.indexOf("```yaml"));

    List<String> missing =
        Stream.of(SettingsFile.class.getRecordComponents())
            .map(setting -> setting.getName().replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT))
            .filter(setting -> !Pattern.compile("`" + setting + "\\b").matcher(table).find())
            .toList();

    assertThat(missing).as("settings without a row in docs/operating.md").isEmpty();
  }

  private static boolean isIn(Set<String> declared, MatchResult name) {
    return declared.contains(name.group(1))
        && (name.group(2) == null || declared.contains(name.group(2)));
  }

  /** What the pattern finds in the text and is not as it should be. */
  private static List<String> find(Pattern pattern, String text, Predicate<MatchResult> isRight) {
    return pattern
        .matcher(text)
        .results()
        .filter(isRight.negate())
        .map(MatchResult::group)
        .toList();
  }

  private static boolean isThere(Path page, @Nullable String section) {
    try {
      return Files.exists(page)
          && (section == null
              || HEADING
                  .matcher(Files.readString(page))
                  .results()
                  .anyMatch(heading -> anchor(heading.group(1)).equals(section)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As GitHub makes it of a heading. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w -]", "").replace(' ', '-');
  }

  private static boolean isDecision(String number) {
    try (Stream<Path> decisions = Files.list(Path.of("docs/decisions"))) {
      return decisions.anyMatch(path -> path.getFileName().toString().startsWith(number + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** All that has comments, and is not a page. */
  private static List<Path> sources() throws IOException {
    var all = new ArrayList<>(List.of(Path.of("pom.xml"), Path.of("build"), Path.of("nightjar")));
    for (String folder : List.of("src", "bench", ".ci", ".mvn", "examples")) {
      try (Stream<Path> tree = Files.walk(Path.of(folder))) {
        tree.filter(Files::isRegularFile)
            .filter(path -> !FETCHED.matcher(path.toString()).find())
            .filter(path -> !path.toString().endsWith(".zip"))
            .forEach(all::add);
      }
    }
    return all;
  }

  /** Names of types, methods and constants; of the last two also where they are only used. */
  private static Set<String> declared() throws IOException {
    var names = new HashSet<String>();
    for (Path file : sources()) {
      if (file.toString().endsWith(".java")) {
        DECLARED
            .matcher(Files.readString(file))
            .results()
            .map(name -> name.group(1) == null ? name.group(2) : name.group(1))
            .forEach(names::add);
      }
    }
    return names;
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
