/** One request and its answer: read within bounds, written, and how errors are told. */
@NullMarked
package dev.nightjar.http.exchange;

import org.jspecify.annotations.NullMarked;
