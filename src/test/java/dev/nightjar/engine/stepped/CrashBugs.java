package dev.nightjar.engine.stepped;

import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.CrashDisk;
import java.io.IOException;

/**
 * Where a test can put a bug: between the server and what it stands on. By default there is none.
 */
interface CrashBugs {
  /** Reaches the disk. */
  Disk disk();

  default AnswerLog log(AnswerLog log) {
    return log;
  }

  default Stores stores(Stores stores, AnswerLog log) {
    return stores;
  }

  default ObjectStore objects(ObjectStore objects) {
    return objects;
  }

  /** One step of the engine: all that it asks of the stores is asked in here. */
  default boolean step(CrashLife engine) {
    return engine.step();
  }

  /** The batch has ended, and what is left is about to be looked at. */
  default void ended(Tier tier) throws IOException {}

  /** Bugs for a life on this disk. */
  interface Maker {
    CrashBugs on(CrashDisk disk);
  }

  static CrashBugs none(CrashDisk disk) {
    return () -> disk;
  }
}
