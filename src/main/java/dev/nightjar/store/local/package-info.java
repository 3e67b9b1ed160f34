/** The embedded tier: one directory that holds everything, and what is done to it as a whole. */
@NullMarked
package dev.nightjar.store.local;

import org.jspecify.annotations.NullMarked;
