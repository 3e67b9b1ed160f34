package dev.nightjar.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The house rules that neither the compiler nor ArchUnit can see. */
class TidyTest {
  private static final int FILE_LINES_MAX = 400;
  private static final int METHOD_LINES_MAX = 70;

  // The odd brackets keep this file from breaking its own rules.
  private static final Pattern UNFINISHED = Pattern.compile("\\b(TO[D]O|FIX[M]E|XX[X])\\b");
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(^|[^\\w.])/(wor[k]|roo[t]|hom[e]|User[s])/");
  private static final Pattern PRINT = Pattern.compile("System\\.ou[t]\\b");

  private static final Set<String> TEST_ANNOTATIONS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory");

  private static final List<Source> SOURCES = readSources();

  @Test
  void filesStayShort() {
    List<String> tooLong =
        SOURCES.stream()
            .filter(source -> source.lines().size() > FILE_LINES_MAX)
            .map(source -> source.path() + ": " + source.lines().size() + " lines")
            .toList();

    assertThat(tooLong).as("files over %d lines", FILE_LINES_MAX).isEmpty();
  }

  @Test
  void methodsStayShort() {
    List<String> tooLong =
        nodes((source, tree) ->
            tree instanceof MethodTree && source.linesOf(tree) > METHOD_LINES_MAX);

    assertThat(tooLong).as("methods over %d lines", METHOD_LINES_MAX).isEmpty();
  }

  @Test
  void testsSitWhereSurefireLooks() {
    List<String> silent =
        nodes(
            (source, tree) -> tree instanceof ClassTree type && hasTests(type) && !source.isTest());

    assertThat(silent).as("tests in a file whose name does not end in Test.java").isEmpty();
  }

  @Test
  void nothingIsLeftUnfinished() {
    assertThat(linesWith(UNFINISHED, _ -> true)).as("marks of unfinished work").isEmpty();
  }

  @Test
  void noPathOfOneMachineIsNamed() {
    assertThat(linesWith(MACHINE_PATH, _ -> true)).as("paths of one machine").isEmpty();
  }

  @Test
  void onlyTheTerminalWritesToStandardOutput() {
    assertThat(linesWith(PRINT, source -> source.isMain() && !source.isIn("terminal")))
        .as("prints")
        .isEmpty();
  }

  @Test
  void pureClassesNeverLock() {
    List<String> locks = nodes((source, tree) -> source.isPure() && isSynchronized(tree));

    assertThat(locks).as("synchronized in a pure class").isEmpty();
  }

  /** An abstract contract or an interface is run by the test that implements it. */
  private static boolean hasTests(ClassTree type) {
    return type.getKind() != Tree.Kind.INTERFACE
        && !type.getModifiers().getFlags().contains(Modifier.ABSTRACT)
        && type.getMembers().stream().anyMatch(TidyTest::isTestMethod);
  }

  private static boolean isTestMethod(Tree member) {
    return member instanceof MethodTree method
        && method.getModifiers().getAnnotations().stream()
            .anyMatch(mark -> TEST_ANNOTATIONS.contains(mark.getAnnotationType().toString()));
  }

  private static boolean isSynchronized(Tree tree) {
    return tree instanceof SynchronizedTree
        || (tree instanceof MethodTree method
            && method.getModifiers().getFlags().contains(Modifier.SYNCHRONIZED));
  }

  private static List<String> linesWith(Pattern pattern, Predicate<Source> where) {
    return SOURCES.stream()
        .filter(where)
        .flatMap(source ->
            IntStream.range(0, source.lines().size())
                .filter(line -> pattern.matcher(source.lines().get(line)).find())
                .mapToObj(line -> source.path() + ":" + (line + 1)))
        .toList();
  }

  private interface Refusal {
    boolean refuses(Source source, Tree tree);
  }

  private static List<String> nodes(Refusal refusal) {
    List<String> places = new ArrayList<>();
    for (Source source : SOURCES) {
      new TreeScanner<@Nullable Void, @Nullable Void>() {
        @Override
        public @Nullable Void scan(@Nullable Tree tree, @Nullable Void unused) {
          if (tree != null && refusal.refuses(source, tree)) {
            places.add(source.path() + ":" + source.firstLineOf(tree));
          }
          return super.scan(tree, null);
        }
      }.scan(source.unit(), null);
    }
    return places;
  }

  private static List<Source> readSources() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> tree = Files.walk(Path.of("src"));
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<Path> paths = tree.filter(path -> path.toString().endsWith(".java")).sorted().toList();
      var objects = files.getJavaFileObjectsFromPaths(paths);
      var task = (JavacTask) compiler.getTask(null, files, null, null, null, objects);
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      List<Source> sources = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        Path path = Path.of(unit.getSourceFile().getName());
        sources.add(new Source(path, Files.readAllLines(path), unit, positions));
      }
      return List.copyOf(sources);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Source(
      Path path, List<String> lines, CompilationUnitTree unit, SourcePositions positions) {
    String name() {
      return path.getFileName().toString();
    }

    boolean isTest() {
      return name().endsWith("Test.java");
    }

    boolean isMain() {
      return path.toString().contains("src/main/");
    }

    boolean isIn(String packageName) {
      return path.toString().contains("/dev/nightjar/" + packageName + "/");
    }

    boolean isPure() {
      return isIn("engine/core")
          || (isIn("validation")
              && ArchitectureTest.PURE_OF_VALIDATION.contains(name().replace(".java", "")));
    }

    long firstLineOf(Tree tree) {
      return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    }

    long linesOf(Tree tree) {
      long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
      return last - firstLineOf(tree) + 1;
    }
  }
}
