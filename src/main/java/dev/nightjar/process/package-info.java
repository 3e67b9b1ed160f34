/** Ends the process when it cannot go on. */
@NullMarked
package dev.nightjar.process;

import org.jspecify.annotations.NullMarked;
