/** Commands that work on a data directory, and not by its server. */
@NullMarked
package dev.nightjar.cli.data;

import org.jspecify.annotations.NullMarked;
