/** Carries out what the core decides: claims, calls, appends, seals. */
@NullMarked
package dev.nightjar.engine;

import org.jspecify.annotations.NullMarked;
