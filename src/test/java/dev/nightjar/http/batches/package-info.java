/** Batches over HTTP. */
@NullMarked
package dev.nightjar.http.batches;

import org.jspecify.annotations.NullMarked;
