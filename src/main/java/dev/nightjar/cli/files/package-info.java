/** {@code nightjar files}. */
@NullMarked
package dev.nightjar.cli.files;

import org.jspecify.annotations.NullMarked;
