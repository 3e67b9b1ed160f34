/** Nightjar: the choice of command, and the wiring. */
@NullMarked
package dev.nightjar;

import org.jspecify.annotations.NullMarked;
