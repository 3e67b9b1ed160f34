/** The command line: commands that stand alone; each group has a package of its own. */
@NullMarked
package dev.nightjar.cli;

import org.jspecify.annotations.NullMarked;
