package dev.nightjar.sim.answer;

import java.time.Instant;

/** How every answer begins. */
record AnswerStart(String id, Instant created) {}
