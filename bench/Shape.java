import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Counts the shape of the house: files, lines, arrows between packages, circles among types. */
final class Shape {
  private static final String ROOT = "dev.nightjar";
  private static final Pattern ARROW =
      Pattern.compile("^\\s+(dev\\.nightjar[\\w.$]*)\\s+->\\s+(dev\\.nightjar[\\w.$]*)");
  private static final int FILES_MAX = 30;
  private static final Pattern PUBLIC = Pattern.compile("^  public [^=;]*\\(", Pattern.MULTILINE);

  /** Outermost types, and those that each uses. */
  private final Map<String, Set<String>> uses = new TreeMap<>();

  private static final Set<String> LINE_CHUNK_LANE_BATCH =
      Set.of("Line", "OpenChunk", "Lane", "ActiveBatch");

  /** {@code SOURCES CLASSES [TYPE ...]}. */
  public static void main(String[] args) throws IOException {
    var shape = new Shape();
    var members = new Members(Path.of(args[1]));
    List<String> types = List.of(args).subList(2, args.length);
    shape.read(args[1], members);
    shape.files(Path.of(args[0]), members);
    shape.arrows();
    shape.circles();
    members.printWriters(types.isEmpty() ? LINE_CHUNK_LANE_BATCH : Set.copyOf(types));
    members.printInterfaces();
  }

  private void read(String classes, Members members) {
    var text = new StringWriter();
    ToolProvider.findFirst("jdeps")
        .orElseThrow()
        .run(new PrintWriter(text), new PrintWriter(System.err), "-v", classes);
    text.toString().lines().forEach(line -> {
      Matcher arrow = ARROW.matcher(line);
      if (arrow.find()) {
        String from = outermost(arrow.group(1));
        String to = outermost(arrow.group(2));
        boolean isToChild =
            packageOf(from).equals(packageOf(to))
                && members.isParent(from.replace('.', '/'), to.replace('.', '/'));
        if (!from.equals(to) && !isToChild) {
          uses.computeIfAbsent(from, _ -> new TreeSet<>()).add(to);
        }
      }
    });
  }

  private static String outermost(String type) {
    return type.replaceFirst("\\$.*", "");
  }

  private static String packageOf(String type) {
    return type.substring(0, type.lastIndexOf('.'));
  }

  private void files(Path sources, Members members) throws IOException {
    Map<String, List<Path>> byPackage = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(sources)) {
      tree.filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("package-info.java"))
          .forEach(file ->
              byPackage
                  .computeIfAbsent(
                      sources.relativize(file.getParent()).toString().replace('/', '.'),
                      _ -> new ArrayList<>())
                  .add(file));
    }
    System.out.printf(
        "%-24s %5s %6s %6s %7s %-24s %7s %s%n",
        "package", "files", "lines", "public", "longest", "file", "longest", "method");
    for (var entry : byPackage.entrySet()) {
      int lines = 0;
      int longest = 0;
      long methods = 0;
      Path file = null;
      for (Path path : entry.getValue()) {
        String text = Files.readString(path);
        int count = (int) text.lines().count();
        lines += count;
        methods += PUBLIC.matcher(text).results().count();
        if (count > longest) {
          longest = count;
          file = path.getFileName();
        }
      }
      Members.Method method = members.longest(entry.getKey());
      System.out.printf(
          "%-24s %5d %6d %6d %7d %-24s %7d %s%n",
          entry.getKey().substring(entry.getKey().equals(ROOT) ? 0 : ROOT.length() + 1),
          entry.getValue().size(),
          lines,
          methods,
          longest,
          file,
          method.lines(),
          method.name());
    }
    rules(byPackage);
  }

  /** Over what ArchitectureTest allows: none of these, with package-info among the files. */
  private static void rules(Map<String, List<Path>> byPackage) {
    var names = new HashSet<String>();
    var twice = new TreeSet<String>();
    byPackage.values().stream()
        .flatMap(List::stream)
        .map(file -> file.getFileName().toString())
        .filter(name -> !names.add(name))
        .forEach(twice::add);
    List<String> large =
        byPackage.entrySet().stream()
            .filter(entry -> entry.getValue().size() + 1 > FILES_MAX)
            .map(Map.Entry::getKey)
            .toList();
    System.out.printf("%n%d packages over %d files %s%n", large.size(), FILES_MAX, large);
    System.out.printf("%d simple names twice %s%n", twice.size(), twice);
  }

  private void arrows() {
    var arrows = new TreeSet<String>();
    uses.forEach((from, all) -> all.forEach(to -> {
      if (!packageOf(from).equals(packageOf(to))) {
        arrows.add(packageOf(from) + " -> " + packageOf(to));
      }
    }));
    long back = arrows.stream().filter(arrow -> arrows.contains(reverse(arrow))).count();
    System.out.printf("%d arrows between packages, %d of them back and forth%n", arrows.size(), back);
  }

  private static String reverse(String arrow) {
    String[] ends = arrow.split(" -> ");
    return ends[1] + " -> " + ends[0];
  }

  private void circles() {
    var inCircles = new TreeSet<String>();
    for (String type : uses.keySet()) {
      var reached = new HashSet<String>();
      reach(type, packageOf(type), reached);
      if (reached.contains(type)) {
        inCircles.add(type.substring(ROOT.length() + 1));
      }
    }
    System.out.printf("%d types in circles within their package %s%n", inCircles.size(), inCircles);
  }

  private void reach(String type, String within, Set<String> reached) {
    for (String used : uses.getOrDefault(type, Set.of())) {
      if (packageOf(used).equals(within) && reached.add(used)) {
        reach(used, within, reached);
      }
    }
  }
}
