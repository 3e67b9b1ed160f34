/** Small stand-ins for the world outside, for tests. */
@NullMarked
package dev.nightjar.testing;

import org.jspecify.annotations.NullMarked;
