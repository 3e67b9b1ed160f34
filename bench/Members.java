import static java.lang.classfile.Opcode.PUTFIELD;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts what types are made of, as compiled: lines of methods, who assigns fields, methods of interfaces. */
final class Members {
  private static final int METHODS_MAX = 20;

  /** By name with slashes and dollars. */
  private final Map<String, ClassModel> types = new TreeMap<>();

  /** By type and field: the outermost types that assign it. */
  private final Map<String, Set<String>> writers = new HashMap<>();

  /** By package, and the longest first. */
  private final Map<String, List<Method>> methods = new HashMap<>();

  record Method(String name, int lines) {}

  Members(Path classes) throws IOException {
    List<Path> files;
    try (Stream<Path> tree = Files.walk(classes)) {
      files = tree.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      ClassModel type = ClassFile.of().parse(file);
      String name = type.thisClass().asInternalName();
      if (name.startsWith("dev/nightjar/")) {
        types.put(name, type);
        type.methods().forEach(method -> read(name, method));
      }
    }
    methods.values().forEach(all -> all.sort(Comparator.comparingInt(Method::lines).reversed()));
  }

  private void read(String type, MethodModel method) {
    int first = Integer.MAX_VALUE;
    int last = 0;
    for (CodeElement element : method.code().map(code -> code.elementList()).orElse(List.of())) {
      switch (element) {
        case LineNumber line -> {
          first = Math.min(first, line.line());
          last = Math.max(last, line.line());
        }
        case FieldInstruction field when field.opcode() == PUTFIELD ->
            writers
                .computeIfAbsent(
                    field.owner().asInternalName() + "." + field.name().stringValue(),
                    _ -> new TreeSet<>())
                .add(simple(outermost(type)));
        default -> {}
      }
    }
    String name = method.methodName().stringValue();
    // Constructors have the lines of fields, which stand elsewhere.
    if (last > 0 && !name.startsWith("<")) {
      String inPackage = type.substring(0, type.lastIndexOf('/')).replace('/', '.');
      methods
          .computeIfAbsent(inPackage, _ -> new ArrayList<>())
          .add(new Method(simple(outermost(type)) + "." + name, last - first + 1));
    }
  }

  private static String outermost(String type) {
    return type.replaceFirst("\\$.*", "");
  }

  private static String simple(String type) {
    return type.replaceFirst(".*[/$]", "");
  }

  /** Whether a type, or one nested in it, is what a type of the other says it is; outermost types. */
  boolean isParent(String parent, String child) {
    return types.entrySet().stream()
        .filter(type -> outermost(type.getKey()).equals(child))
        .flatMap(type -> Stream.concat(
            type.getValue().superclass().stream(), type.getValue().interfaces().stream()))
        .anyMatch(above -> outermost(above.asInternalName()).equals(parent));
  }

  /** From its first statement to the end of its last. */
  Method longest(String inPackage) {
    return methods.getOrDefault(inPackage, List.of(new Method("", 0))).getFirst();
  }

  /** Fields of these types that are not final, and the classes that assign each. */
  void printWriters(Set<String> names) {
    System.out.printf("%n%-16s %-20s %-8s %s%n", "type", "field", "access", "assigned in");
    types.forEach((name, type) -> {
      if (name.startsWith("dev/nightjar/engine/") && names.contains(simple(name))) {
        for (FieldModel field : type.fields()) {
          if (!field.flags().has(AccessFlag.FINAL) && !field.flags().has(AccessFlag.STATIC)) {
            String fieldName = field.fieldName().stringValue();
            Set<String> by = writers.getOrDefault(name + "." + fieldName, Set.of());
            System.out.printf(
                "%-16s %-20s %-8s %d %s%n",
                simple(name),
                fieldName,
                field.flags().has(AccessFlag.PRIVATE) ? "private" : "open",
                by.size(),
                by);
          }
        }
      }
    });
  }

  /** Public methods of each interface, its own and those of what it extends. */
  void printInterfaces() {
    var counts = new TreeMap<Integer, Set<String>>(Comparator.reverseOrder());
    types.forEach((name, type) -> {
      var declared = new HashSet<String>();
      collect(name, declared);
      if (type.flags().has(AccessFlag.INTERFACE) && !declared.isEmpty()) {
        counts.computeIfAbsent(declared.size(), _ -> new TreeSet<>()).add(simple(name));
      }
    });
    long wide =
        counts.headMap(METHODS_MAX).values().stream().mapToLong(Set::size).sum();
    System.out.printf(
        "%npublic methods of interfaces; %d of them over %d%n", wide, METHODS_MAX);
    counts.forEach((count, names) ->
        System.out.printf("%3d  %s%n", count, names.stream().collect(Collectors.joining(", "))));
  }

  private void collect(String name, Set<String> declared) {
    ClassModel type = types.get(name);
    if (type != null) {
      for (MethodModel method : type.methods()) {
        if (method.flags().has(AccessFlag.PUBLIC) && !method.flags().has(AccessFlag.SYNTHETIC)) {
          declared.add(method.methodName().stringValue() + method.methodType().stringValue());
        }
      }
      type.interfaces().forEach(parent -> collect(parent.asInternalName(), declared));
    }
  }
}
