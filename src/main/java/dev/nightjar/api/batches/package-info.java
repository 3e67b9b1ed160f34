/** What the verbs of batches do. */
@NullMarked
package dev.nightjar.api.batches;

import org.jspecify.annotations.NullMarked;
