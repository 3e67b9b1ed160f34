package dev.nightjar.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends a process that cannot go on: what is on disk is the truth, and the next start reads it. A
 * thread that goes on after an error of the virtual machine, or dies of it alone, leaves a process
 * that neither works nor ends. Any thread may call; nothing here needs memory once the class is
 * loaded, which {@link #install} sees to.
 */
public final class ProcessEnd {
  /** As sysexits.h has it: an internal fault. */
  public static final int CODE = 70;

  private static final System.Logger LOG = System.getLogger(ProcessEnd.class.getName());
  private static final long WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);
  private static final byte[] OUT_OF_MEMORY = words("there is no memory left");
  private static final byte[] BROKEN = words("the Java machine is broken");

  private static final Deadline DEADLINE = new Deadline();

  private ProcessEnd() {}

  /** Makes everything ready, and is the last net for what a thread does not catch. */
  public static void install() {
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
      ifBroken(failure);
      LOG.log(System.Logger.Level.ERROR, "thread %s died".formatted(thread.getName()), failure);
    });
  }

  /** Ends the process if this says that the machine or the program is broken; else returns. */
  public static void ifBroken(@Nullable Throwable failure) {
    if (failure instanceof VirtualMachineError || failure instanceof LinkageError) {
      now(failure);
    }
  }

  /** The same for what a request can bring about by itself, and its client should be told of. */
  public static void ifBrokenByMoreThanTheRequest(Throwable failure) {
    if (failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError)) {
      now(failure);
    }
  }

  /** Ends the process. */
  public static void now(Throwable cause) {
    try {
      DEADLINE.begin();
      say(cause);
    } finally {
      Runtime.getRuntime().halt(CODE);
    }
  }

  /** A thread's whole work, without which the process cannot go on: it ends if this throws. */
  public static Runnable loop(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (Throwable e) {
        now(e);
      }
    };
  }

  /** Work for an executor that keeps to itself what its tasks throw. */
  public static Runnable task(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (Throwable e) {
        ifBroken(e);
        LOG.log(System.Logger.Level.ERROR, "a task failed", e);
      }
    };
  }

  /** Without memory, what was prepared; else all that is known. Either may hang or fail. */
  private static void say(Throwable cause) {
    if (cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)) {
      try {
        STDERR.write(cause instanceof OutOfMemoryError ? OUT_OF_MEMORY : BROKEN);
      } catch (IOException _) {
        // Nobody listens.
      }
    } else {
      LOG.log(System.Logger.Level.ERROR, "cannot go on; restart to recover", cause);
    }
  }

  private static byte[] words(String why) {
    return "nightjar: %s: the process ends with %d; restart to recover%n"
        .formatted(why, CODE)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Ends the process though its last words hang: in a pipe that nobody reads, or for a lock. */
  private static final class Deadline implements Runnable {
    private final Thread thread = Thread.ofPlatform().name("last-words").daemon().start(this);
    private volatile boolean hasBegun;

    void begin() {
      hasBegun = true;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      while (!hasBegun) {
        LockSupport.park(this);
      }
      long begun = System.nanoTime();
      for (long left = WORDS_NANOS; left > 0; left = WORDS_NANOS - (System.nanoTime() - begun)) {
        LockSupport.parkNanos(left);
      }
      Runtime.getRuntime().halt(CODE);
    }
  }
}
