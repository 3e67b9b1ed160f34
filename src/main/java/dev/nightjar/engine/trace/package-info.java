/** Keeps what the engine was told, without what users sent or got, so that it can be told again. */
@NullMarked
package dev.nightjar.engine.trace;

import org.jspecify.annotations.NullMarked;
