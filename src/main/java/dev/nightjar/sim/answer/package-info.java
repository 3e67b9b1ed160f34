/** What the simulated upstream is asked, and what it answers. */
@NullMarked
package dev.nightjar.sim.answer;

import org.jspecify.annotations.NullMarked;
