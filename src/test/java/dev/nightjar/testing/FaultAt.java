package dev.nightjar.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A fault at the beginning of one method of the real program, in another process: a copy of its
 * class that asks {@link #here} first is put before the others on the class path. It is armed by
 * writing a file, and happens once.
 *
 * @param site the class and method, as in {@code dev.nightjar.engine.core.Engine#step}
 */
public record FaultAt(Path folder, String site) {
  private static final String PROPERTY = "nightjar.fault";

  /** Writes the class with the fault. */
  public static FaultAt prepare(Path folder, String site) throws IOException {
    var fault = new FaultAt(folder, site);
    fault.writeClass();
    return fault;
  }

  /** What the process is started with. */
  public List<String> options() {
    return List.of("-D%s=%s".formatted(PROPERTY, armed()));
  }

  /** The class path with the fault. */
  public String before(String classPath) {
    return folder.resolve("classes") + System.getProperty("path.separator") + classPath;
  }

  /** From now on the next call throws it. */
  public void arm(String kind) throws IOException {
    Path written = Files.writeString(folder.resolve("fault.new"), kind);
    Files.move(written, armed(), StandardCopyOption.ATOMIC_MOVE);
  }

  public boolean hasHappened() {
    return Files.exists(happened(armed()));
  }

  private Path armed() {
    return folder.resolve("fault");
  }

  private static Path happened(Path armed) {
    return armed.resolveSibling("fault.happened");
  }

  private void writeClass() throws IOException {
    int hash = site.indexOf('#');
    String file = site.substring(0, hash).replace('.', '/') + ".class";
    String method = site.substring(hash + 1);
    byte[] original;
    try (InputStream in = ClassLoader.getSystemResourceAsStream(file)) {
      if (in == null) {
        throw new NoSuchFileException(file);
      }
      original = in.readAllBytes();
    }
    var model = ClassFile.of().parse(original);
    if (model.methods().stream().noneMatch(found -> found.methodName().equalsString(method))) {
      throw new IllegalArgumentException("there is no method " + site);
    }
    byte[] changed =
        ClassFile.of()
            .transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                    found -> found.methodName().equalsString(method), new AskFirst()));
    Path target = folder.resolve("classes").resolve(file);
    Files.createDirectories(target.resolveSibling(""));
    Files.write(target, changed);
  }

  private static final class AskFirst implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      code.invokestatic(ClassDesc.of(FaultAt.class.getName()), "here", ConstantDescs.MTD_void);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }

  /** In the other process. */
  public static void here() {
    Path armed = Path.of(System.getProperty(PROPERTY));
    if (!Files.exists(armed)) {
      return;
    }
    String kind;
    try {
      kind = Files.readString(armed);
      Files.move(armed, happened(armed), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException _) {
      return; // Another thread was faster.
    }
    switch (kind) {
      case "memory" -> throw new OutOfMemoryError("thrown by the test");
      case "stack" -> deeper(0);
      case "assertion" -> throw new AssertionError("thrown by the test");
      case "heap" -> fill();
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private static long deeper(long depth) {
    return depth < 0 ? 0 : depth + deeper(depth + 1);
  }

  private static void fill() {
    for (Object all = ""; ; ) {
      all = new Object[] {all, new byte[1 << 16]};
    }
  }
}
