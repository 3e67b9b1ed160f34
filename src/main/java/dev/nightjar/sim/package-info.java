/** A simulated upstream that says it is one. */
@NullMarked
package dev.nightjar.sim;

import org.jspecify.annotations.NullMarked;
