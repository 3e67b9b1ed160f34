/** {@code nightjar run}: one file without a server. */
@NullMarked
package dev.nightjar.run;

import org.jspecify.annotations.NullMarked;
