/** Checks input files line by line and cuts them into chunks. */
@NullMarked
package dev.nightjar.validation;

import org.jspecify.annotations.NullMarked;
