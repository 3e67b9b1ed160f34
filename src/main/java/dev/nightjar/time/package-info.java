/** What time it is, whatever happens to the system's clock. */
@NullMarked
package dev.nightjar.time;

import org.jspecify.annotations.NullMarked;
