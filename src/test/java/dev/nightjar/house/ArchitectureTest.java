package dev.nightjar.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.nightjar.Main;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between packages, and what the pure classes do without. */
class ArchitectureTest {
  private static final String ROOT = "dev.nightjar";

  /** What every package may use. */
  private static final String BASE = ROOT + ".process";

  /**
   * Where it is decided: no clock, lock, future, thread, disk or socket inside. What it knows may
   * be written to a trace; that is done elsewhere.
   */
  private static final String CORE = ROOT + ".engine.core";

  private static final Set<String> PURE =
      Set.of(CORE, ROOT + ".engine.message", ROOT + ".engine.health", ROOT + ".engine.pace");

  /** As pure, among those of validation who read. */
  static final Set<String> PURE_OF_VALIDATION = Set.of("ChunkPlan", "CustomIds");

  private static final Map<JavaClass, Set<JavaClass>> NEIGHBOURS = new HashMap<>();

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

  @ParameterizedTest
  @MethodSource("packagesWithArrows")
  void packageUsesOnlyWhatItsArrowsAllow(String name) {
    String[] allowed =
        Arrows.MAY_USE.getOrDefault(name, Set.of()).stream()
            .map(used -> ROOT + "." + used)
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(ROOT + "." + name)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(ROOT + "..")
                .and(DescribedPredicate.not(resideInAnyPackage(ROOT + "." + name, BASE)))
                .and(DescribedPredicate.not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true)
        .check(OURS);
  }

  static Set<String> packagesWithArrows() {
    return new TreeSet<>(Arrows.MAY_USE.keySet());
  }

  @Test
  void everyPackageHasItsArrows() {
    Set<String> unlisted =
        OURS.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1))
            .filter(name -> !Arrows.MAY_USE.containsKey(name))
            .collect(toCollection(TreeSet::new));

    assertThat(unlisted).as("packages without a line in Arrows").isEmpty();
  }

  @Test
  void onlyTheWiringUsesTheCommandLineAndNamesHowThingsAreStored() {
    assertThat(Arrows.MAY_USE)
        .allSatisfy((name, used) -> {
          if (!name.startsWith("cli")) {
            assertThat(used).as(name).noneMatch(other -> other.startsWith("cli"));
          }
          if (!name.startsWith("store") && !name.equals("cli.data")) {
            assertThat(used).as(name).noneMatch(other -> other.matches("store\\.(?!disk).*"));
          }
        });
  }

  @Test
  void nothingUsesMain() {
    noClasses()
        .that(describe("are not Main", user -> !isMain(user)))
        .should()
        .dependOnClassesThat(describe("are Main", ArchitectureTest::isMain))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void noTwoTypesOfTheHouseShareAName() {
    Map<String, Long> names =
        OURS.stream()
            .map(ArchitectureTest::outermost)
            .distinct()
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.equals("package-info"))
            .collect(groupingBy(name -> name, counting()));

    assertThat(names).allSatisfy((name, count) -> assertThat(count).as(name).isEqualTo(1));
  }

  /** One of them is package-info. */
  @Test
  void packageHasAtMostThirtyFiles() {
    Map<String, Long> types =
        OURS.stream()
            .map(ArchitectureTest::outermost)
            .distinct()
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(JavaClass::getPackageName, counting()));

    assertThat(types).allSatisfy((name, count) -> assertThat(count).as(name).isLessThan(30));
  }

  /** What it extends counts: a user of it sees all of that. */
  @Test
  void interfaceHasAtMostTwentyMethods() {
    assertThat(OURS.stream().filter(JavaClass::isInterface))
        .allSatisfy(type ->
            assertThat(type.getAllMethods()).as(type.getName()).hasSizeLessThanOrEqualTo(20));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().allowEmptyShould(true).check(OURS);
  }

  /** Nested types count as their outer one. */
  @Test
  void typesOfAPackageHaveNoCircles() {
    var circles = new TreeSet<String>();
    for (JavaClass type : OURS) {
      var reached = new HashSet<JavaClass>();
      reach(outermost(type), reached);
      if (reached.contains(outermost(type))) {
        circles.add(outermost(type).getName());
      }
    }

    assertThat(circles).as("types that know each other, by whatever way").isEmpty();
  }

  private static void reach(JavaClass type, Set<JavaClass> reached) {
    for (JavaClass used : neighbours(type)) {
      if (reached.add(used)) {
        reach(used, reached);
      }
    }
  }

  private static Set<JavaClass> neighbours(JavaClass outer) {
    return NEIGHBOURS.computeIfAbsent(
        outer,
        _ ->
            OURS.stream()
                .filter(type -> outermost(type).equals(outer))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> outermost(dependency.getTargetClass().getBaseComponentType()))
                .filter(used ->
                    !used.equals(outer) && used.getPackageName().equals(outer.getPackageName()))
                .filter(used -> !isFamily(outer, used))
                .collect(toSet()));
  }

  /** A sealed parent and its children may know each other. */
  private static boolean isFamily(JavaClass one, JavaClass other) {
    return one.isAssignableTo(other.getName()) || other.isAssignableTo(one.getName());
  }

  @Test
  void timeAndChanceComeByConstructor() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT, ROOT + ".cli..", ROOT + ".sim")
        .should()
        .accessTargetWhere(describe("is the clock, a sleep or chance", ArchitectureTest::isAmbient))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void pureClassesReachNothingOutside() {
    noClasses()
        .that(describe("are pure", ArchitectureTest::isPure))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.util.concurrent..",
                    "java.io..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net..",
                    "java.sql..")
                .and(describe("do something", used -> !used.isEquivalentTo(Serializable.class)))
                .or(describe("are threads", used -> used.isEquivalentTo(Thread.class))))
        .allowEmptyShould(true)
        .check(OURS);
  }

  /** So each field is changed by the class that it is of, and by no other. */
  @Test
  void whatChangesInTheCoreIsPrivate() {
    fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(CORE, ROOT + ".engine.health", ROOT + ".engine.pace")
        .and()
        .areNotFinal()
        .should()
        .bePrivate()
        .check(OURS);
  }

  private static boolean isMain(JavaClass type) {
    return outermost(type).getName().equals(ROOT + ".Main");
  }

  private static boolean isPure(JavaClass type) {
    return PURE.contains(type.getPackageName())
        || (type.getPackageName().equals(ROOT + ".validation")
            && PURE_OF_VALIDATION.contains(outermost(type).getSimpleName()));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
  }

  private static boolean isAmbient(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    return switch (access.getName()) {
      case "now" ->
          owner.isEquivalentTo(Instant.class) || owner.isEquivalentTo(LocalDateTime.class);
      case "currentTimeMillis" -> owner.isEquivalentTo(System.class);
      case "sleep" -> owner.isEquivalentTo(Thread.class);
      case "<init>" -> owner.isEquivalentTo(Random.class) && isWithoutSeed(access);
      default -> false;
    };
  }

  private static boolean isWithoutSeed(JavaAccess<?> access) {
    return access.getTarget().getFullName().endsWith("()");
  }
}
