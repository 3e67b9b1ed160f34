/** The command line: parse, call, print. */
@NullMarked
package dev.nightjar.cli;

import org.jspecify.annotations.NullMarked;
