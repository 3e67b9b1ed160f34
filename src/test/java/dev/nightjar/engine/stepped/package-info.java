/**
 * The engine and its shell in one thread: deaths at every point, faults of the stores, clocks that
 * jump.
 */
@NullMarked
package dev.nightjar.engine.stepped;

import org.jspecify.annotations.NullMarked;
