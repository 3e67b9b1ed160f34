/** {@code nightjar batches}. */
@NullMarked
package dev.nightjar.cli.batches;

import org.jspecify.annotations.NullMarked;
