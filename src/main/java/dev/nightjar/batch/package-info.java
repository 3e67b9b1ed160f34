/** What batches, chunks, lines and answers are; pure. */
@NullMarked
package dev.nightjar.batch;

import org.jspecify.annotations.NullMarked;
