/** What to do next, decided; and the shell that does it. */
@NullMarked
package dev.nightjar.engine;

import org.jspecify.annotations.NullMarked;
