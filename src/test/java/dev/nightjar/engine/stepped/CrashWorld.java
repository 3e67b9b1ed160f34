package dev.nightjar.engine.stepped;

/** What outlives the server: time, the client, and a witness of all that was promised. */
record CrashWorld(
    CrashScenario scenario, CrashClock clock, CrashWitness witness, CrashClient client) {
  static CrashWorld of(CrashScenario scenario, long seed) {
    var clock = new CrashClock();
    var witness = new CrashWitness();
    return new CrashWorld(
        scenario, clock, witness, new CrashClient(scenario, clock, witness, seed));
  }
}
