package dev.nightjar.engine;

import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.Disk;
import dev.nightjar.store.MetaStore;
import dev.nightjar.testing.CrashDisk;

/**
 * Where a test can put a bug: between the server and what it stands on. By default there is none.
 */
interface CrashBugs {
  /** Reaches the disk. */
  Disk disk();

  default AnswerLog log(AnswerLog log) {
    return log;
  }

  default MetaStore meta(MetaStore meta, AnswerLog log) {
    return meta;
  }

  /** Bugs for a life on this disk. */
  interface Maker {
    CrashBugs on(CrashDisk disk);
  }

  static CrashBugs none(CrashDisk disk) {
    return () -> disk;
  }
}
