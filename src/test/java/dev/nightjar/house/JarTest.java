package dev.nightjar.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is shipped: the jar as it was built. Maven runs this once there is one. */
class JarTest {
  private static final String LICENCES = "META-INF/licenses/README.md";
  private static final Pattern POM = Pattern.compile("META-INF/maven/(.+)/(.+)/pom\\.properties");

  /** A group and its licence. */
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(.+)` \\| ([^|]+) \\| `.+` \\|$");

  /** A text, by its place in META-INF. */
  private static final Pattern TEXT =
      Pattern.compile("`((?:licenses/|maven/)?[\\w./-]*LICENSE[.\\w]*|licenses/\\w+\\.txt)`");

  /** What may be in a work under the Apache License 2.0, as it is. */
  private static final Set<String> COMPATIBLE =
      Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0");

  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(System.getProperty("nightjar.jar", "target/nightjar.jar"));
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void billOfMaterialsNamesEachLibraryInTheJar() throws IOException {
    Set<String> named = new TreeSet<>(libraries().keySet());

    Set<String> shipped = new TreeSet<>();
    jar.stream()
        .map(entry -> POM.matcher(entry.getName()))
        .filter(pom -> pom.matches())
        .map(pom -> pom.group(1) + ":" + pom.group(2))
        .filter(library -> !library.equals("dev.nightjar:nightjar"))
        .forEach(shipped::add);

    assertThat(shipped).isNotEmpty();
    assertThat(named).containsAll(shipped);
  }

  @Test
  void eachLibraryHasALicenceThatIsCompatibleAndItsText() throws IOException {
    String list = text(LICENCES);
    Map<String, String> ofGroups = new TreeMap<>();
    ROW.matcher(list).results().forEach(row -> ofGroups.put(row.group(1), row.group(2)));
    Set<String> unused = new TreeSet<>(ofGroups.keySet());

    libraries()
        .forEach((library, licences) -> {
          String group = groupOf(library, ofGroups.keySet());
          assertThat(group).as("row of %s in %s", library, LICENCES).isNotNull();
          assertThat(ofGroups.get(group)).as(library).isEqualTo(String.join(" or ", licences));
          assertThat(COMPATIBLE).as(library).containsAll(licences);
          unused.remove(group);
        });
    assertThat(unused).as("rows of libraries that are not in the jar").isEmpty();
    List<String> texts = TEXT.matcher(list).results().map(JarTest::place).toList();
    assertThat(texts).hasSizeGreaterThan(ofGroups.size());
    for (String text : texts) {
      assertThat(text(text)).as(text).contains("opyright");
    }
  }

  private static String place(MatchResult text) {
    return text.group(1).startsWith("META-INF/") ? text.group(1) : "META-INF/" + text.group(1);
  }

  @Test
  void licenceOfTheJarIsItsOwn() throws IOException {
    assertThat(text("META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
  }

  /** The row's group is the library's, or the beginning of it. */
  private static @Nullable String groupOf(String library, Set<String> groups) {
    for (String group : groups) {
      if (library.startsWith(group + ":") || library.startsWith(group + ".")) {
        return group;
      }
    }
    return null;
  }

  /** The libraries that the bill names, with the licences that each may be had under. */
  private Map<String, List<String>> libraries() throws IOException {
    JsonNode bill = JsonMapper.shared().readTree(text("META-INF/sbom/nightjar.cdx.json"));
    Map<String, List<String>> libraries = new TreeMap<>();
    for (JsonNode component : bill.get("components")) {
      List<String> licences = new ArrayList<>();
      for (JsonNode licence : component.get("licenses")) {
        licences.add(licence.get("license").get("id").asString());
      }
      libraries.put(
          component.get("group").asString() + ":" + component.get("name").asString(), licences);
    }
    return libraries;
  }

  private String text(String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as("%s in %s", name, jar.getName()).isNotNull();
    return new String(jar.getInputStream(entry).readAllBytes(), UTF_8);
  }
}
